package io.nereid.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {
  @Test
  void allFormsAreUnderstood() {
    assertThat(Endpoint.parse("unix:/a/b")).isEqualTo(new Endpoint.Unix(Path.of("/a/b")));
    assertThat(Endpoint.parse("/a/b")).isEqualTo(new Endpoint.Unix(Path.of("/a/b")));
    assertThat(Endpoint.parse("localhost:1234")).isEqualTo(new Endpoint.Tcp("localhost", 1234));
    assertThat(Endpoint.parse("[::1]:1")).isEqualTo(new Endpoint.Tcp("::1", 1));
    assertThat(Endpoint.parse("[::1]:1")).hasToString("[::1]:1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "unix:",
        "unix:relative",
        "host",
        "host:",
        ":1",
        "h:0",
        "h:65536",
        "h:x",
        "::1"
      })
  void everythingElseIsRefusedWithTheForms(String text) {
    assertThatThrownBy(() -> Endpoint.parse(text))
        .hasMessageContaining("'" + text + "' is no address of a daemon");
  }
}
