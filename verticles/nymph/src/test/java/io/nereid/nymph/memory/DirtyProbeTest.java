package io.nereid.nymph.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class DirtyProbeTest {
  private static long rateOf(String program) throws IOException {
    Process process = new ProcessBuilder("perl", "-e", program).start();
    try {
      assertThat(process.getInputStream().read()).isEqualTo('r');
      DirtyProbe probe = DirtyProbe.begin(List.of((int) process.pid()));
      await().until(() -> probe.ageMs() > 200);
      return probe.bytesPerSecond();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void aProcessThatSleepsChangesNextToNothing() throws IOException {
    assertThat(rateOf("my $x = 'x' x 4000000; $| = 1; print 'r'; sleep 60;")).isLessThan(1_000_000);
  }

  @Test
  void aProcessThatRewritesAllItsMemoryChangesMegabytesPerSecond() throws IOException {
    String rewrite =
        "while (1) { for my $p (0 .. 975) { substr($x, $p * 4096, 8) = pack 'q', $i++ } }";
    assertThat(rateOf("my $x = 'x' x 4000000; my $i = 0; $| = 1; print 'r'; " + rewrite))
        .isBetween(4_000_000L, 100_000_000L);
  }

  @Test
  void nothingIsKnownOfProcessesThatAreGone() {
    assertThat(DirtyProbe.begin(List.of(0x7fff_fff0)).bytesPerSecond()).isEqualTo(-1);
  }
}
