package io.nereid.launcher.demo.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class LinkCounterTest {
  private static final String DEVICES =
      """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs
          lo:     100       2    0    0    0     0          0         0      100       2    0
         up0: 1234567      89    0    0    0     0          0         0 99887766      55    0
      nereid0:      5       1    0    0    0     0          0         0        7       1    0
      """;

  @Test
  void itIsTheUplinksBytesThatWentOut() throws IOException {
    assertThat(LinkCounter.parse(DEVICES)).isEqualTo(99_887_766);
  }

  @Test
  void aHostWithoutUplinkIsAnError() {
    assertThatThrownBy(() -> LinkCounter.parse("lo: 1 2 3")).isInstanceOf(IOException.class);
  }
}
