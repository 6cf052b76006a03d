package io.nereid.domain.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContainerNameTest {
  @ParameterizedTest
  @ValueSource(strings = {"", "a/b", "..", "a..b", "-a", ".a", "a b", "a\nb", "a\\b", "ä"})
  void aNameThatCouldBeAPathOrAnOptionIsRefused(String name) {
    assertThatThrownBy(() -> new ContainerName(name))
        .isInstanceOf(InvalidIdException.class)
        .hasMessageContaining("must be 1 to 64 characters");
  }

  @Test
  void sixtyFourCharactersFitAndOneMoreDoesNot() {
    assertThat(new ContainerName("a".repeat(64)).value()).hasSize(64);
    assertThatThrownBy(() -> new ContainerName("a".repeat(65)))
        .isInstanceOf(InvalidIdException.class);
    assertThat(new ContainerName("web-1.x_y").value()).isEqualTo("web-1.x_y");
  }
}
