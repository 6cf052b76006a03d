package io.nereid.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogTextTest {
  @TempDir Path dir;

  @Test
  void onlyTheEndOfALargeLogIsRead() throws IOException {
    Path log = dir.resolve("dump.log");
    String begin = "(00.000001) Error (criu/file-lock.c:628): Can not set flock!\n";
    Files.writeString(log, begin + "(00.000002) quiet\n".repeat(200_000));
    List<String> lines = LogText.read(log);
    assertThat(lines).hasSizeLessThanOrEqualTo(LogText.LINES_MAX).doesNotContain(begin.strip());
    assertThat(lines.getLast()).isEqualTo("(00.000002) quiet");
  }

  @Test
  void whatATerminalMightActUponIsReplaced() {
    String hostile = "name \u001b[2J\u0007\u009b31m\u202egnp\u200b\ud800.\tend";
    assertThat(LogText.clean(hostile))
        .isEqualTo("name \uFFFD[2J\uFFFD\uFFFD31m\uFFFDgnp\uFFFD\uFFFD. end");
    assertThat(LogText.lines("a\u0000b\rc\nd\\ne")).containsExactly("a\uFFFDb", "c", "d", "e");
  }

  @Test
  void aLogThatIsMadeToTakeLongDoesNot() {
    String line = "Error (Can't open file ".repeat(40_000);
    String log =
        (line + "\n").repeat(3) + "Error (criu/x.c:1): Can't lookup mount=\n".repeat(50_000);
    assertTimeout(
        Duration.ofSeconds(10),
        () -> {
          List<String> lines = LogText.lines(log);
          assertThat(lines).allMatch(l -> l.length() <= LogText.LINE_CHARACTERS_MAX);
          assertThat(Explainer.explain(lines).known()).map(Cause::id).contains("file-outside");
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(00.012345) Dumping processes (pid: 1)",
        "(12345.012345) Forking task",
        "pie: 1: Error (criu/pie/restorer.c:1): x",
        "time=\"2026\" level=error msg=\"x\"",
        "{\"level\":\"error\",\"msg\":\"x\"}",
        "[conmon:e]: Failed to read pidfile",
        "ERRO[0000] criu failed: type NOTIFY errno 0"
      })
  void whatTheseProgramsWriteIsALog(String line) {
    assertThat(LogText.isLog(List.of("", line))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Dear reader", "(in brackets) text", "(1) first", "{}", "()"})
  void otherTextIsNoLog(String line) {
    assertThat(LogText.isLog(List.of(line))).isFalse();
  }
}
