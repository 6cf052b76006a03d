package io.nereid.launcher.demo.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.FailureException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
  @Test
  void twoRunsHaveNothingInCommon() {
    assertThat(Names.random()).isNotEqualTo(Names.random());
  }

  @Test
  void aNodeNameGivesTheHostBack() {
    Names names = Names.random();
    assertThat(names.host(names.node("b"))).isEqualTo("b");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "/", "nrd-", "nrd-12345", "nrd-1234567", "nrd-../../", "a/nrd-123456"})
  void whatIsNoPrefixIsNeverTakenForOne(String text) {
    assertThatThrownBy(() -> new Names(text)).isInstanceOf(FailureException.class);
  }
}
