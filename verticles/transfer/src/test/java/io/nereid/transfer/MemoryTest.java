package io.nereid.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MemoryTest {
  /**
   * Both hosts in one process, so the sum of what two daemons need on top of one JVM. The
   * optimizing compiler is off in that process: its own working memory varies by 70 MiB from run to
   * run and has nothing to do with the size of the move.
   */
  private static final long RESIDENT_KIB_MAX = 300 * 1024;

  @Test
  void aMoveOfTwoGigabytesNeedsASmallHeapAndBoundedMemory() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:MaxDirectMemorySize=96m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+ExitOnOutOfMemoryError",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-cp",
                    System.getProperty("java.class.path"),
                    MemoryMain.class.getName()))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("ended in time").isTrue();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.exitValue()).as(out).isZero();
      assertThat(Long.parseLong(out.strip())).isBetween(1L, RESIDENT_KIB_MAX);
    } finally {
      process.destroyForcibly();
    }
  }
}
