package io.nereid.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class MemorySizeTest {
  @ParameterizedTest
  @CsvSource({"512m, 536870912", "1g, 1073741824", "64MiB, 67108864", "2048K, 2097152"})
  void unitsArePowersOf1024(String text, long bytes) {
    assertThat(new MemorySize().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "m", "-1m", "0", "1023k", "65g", "99999999999999999999", "1x", "1 m"})
  void whatIsNoAmountOrOutOfRangeIsRefusedByName(String text) {
    assertThatThrownBy(() -> new MemorySize().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("'" + text + "'");
  }

  @Test
  void theLargestIsAllowed() {
    assertThat(new MemorySize().convert("64g")).isEqualTo(MemorySize.MAX_BYTES);
  }
}
