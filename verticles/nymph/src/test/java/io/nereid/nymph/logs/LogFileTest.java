package io.nereid.nymph.logs;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.protocol.message.NymphMessages.LogLine;
import io.nereid.protocol.message.NymphMessages.Stream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogFileTest {
  private static final String T0 = "2026-01-01T00:00:00.000000001+00:00";
  @TempDir Path temp;
  private Path file;

  @BeforeEach
  void makeFile() {
    file = temp.resolve("ctr.log");
  }

  private LogFile log(String... lines) throws IOException {
    Files.writeString(file, String.join("\n", lines) + "\n");
    return LogFile.open(file);
  }

  private static List<String> all(LogFile log, long from, int bytesMax) throws IOException {
    List<String> texts = new ArrayList<>();
    long at = from;
    while (true) {
      LogFile.Piece piece = log.read(at, bytesMax);
      if (piece.lines().isEmpty()) {
        return texts;
      }
      piece.lines().forEach(l -> texts.add(l.text()));
      at = piece.next();
    }
  }

  @Test
  void aLineHasTimeStreamAndText() throws IOException {
    try (LogFile log =
        log(T0 + " stdout F a b", T0 + " stderr P half", T0 + " stderr F ", T0 + " stdout F")) {
      assertThat(log.read(0, 1000).lines())
          .containsExactly(
              new LogLine(T0, Stream.STDOUT, "a b", false),
              new LogLine(T0, Stream.STDERR, "half", true),
              new LogLine(T0, Stream.STDERR, "", false),
              new LogLine(T0, Stream.STDOUT, "", false));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-01-01T00:00:00.000000001+00:00",
        "2026-01-01T00:00:00.000000001+0000",
        "2026-01-01T00:00:00.000000001Z",
        "2026-01-01T02:00:00.000000001+02:00"
      })
  void timesOfAllWritersAreUnderstood(String time) {
    byte[] line = (time + " stdout F x").getBytes(StandardCharsets.UTF_8);
    assertThat(LogLines.time(LogLines.parse(line, 0, line.length)))
        .contains(Instant.parse("2026-01-01T00:00:00.000000001Z"));
  }

  @Test
  void whatHasNoHeaderIsText() throws IOException {
    try (LogFile log = log("what is this", "", "x y z w")) {
      assertThat(all(log, 0, 1000)).containsExactly("what is this", "", "x y z w");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 10, 60, 100, 1000})
  void everyLineComesOnceWhateverTheSizeOfTheAnswers(int bytesMax) throws IOException {
    String[] lines = new String[50];
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < lines.length; i++) {
      lines[i] = T0 + " stdout F line " + i;
      texts.add("line " + i);
    }
    try (LogFile log = log(lines)) {
      assertThat(all(log, 0, bytesMax)).isEqualTo(texts);
    }
  }

  @Test
  void aLineThatIsBeingWrittenIsLeftForLater() throws IOException {
    Files.writeString(file, T0 + " stdout F whole\n" + T0 + " stdout F hal");
    try (LogFile log = LogFile.open(file)) {
      LogFile.Piece piece = log.read(0, 1000);
      assertThat(piece.lines()).hasSize(1);
      assertThat(log.read(piece.next(), 1000).lines()).isEmpty();
      Files.writeString(file, T0 + " stdout F whole\n" + T0 + " stdout F half\n");
      assertThat(log.read(piece.next(), 1000).lines().getFirst().text()).isEqualTo("half");
    }
  }

  @Test
  void aLineThatIsTooLongIsCutAndTheNextOneIsFound() throws IOException {
    try (LogFile log = log(T0 + " stderr F " + "x".repeat(300_000), T0 + " stdout F next")) {
      LogFile.Piece cut = log.read(0, 10);
      assertThat(cut.lines()).hasSize(1);
      assertThat(cut.lines().getFirst().partial()).isTrue();
      assertThat(cut.lines().getFirst().stream()).isEqualTo(Stream.STDERR);
      assertThat(cut.lines().getFirst().text().length()).isLessThan(LogFile.LINE_BYTES_MAX);
      assertThat(all(log, cut.next(), 10)).containsExactly("next");
    }
  }

  @Test
  void theLastLinesAreFoundAndPiecesOfOneLineCountOnce() throws IOException {
    try (LogFile log =
        log(
            T0 + " stdout F 1",
            T0 + " stdout F 2",
            T0 + " stdout P 3a",
            T0 + " stdout P 3b",
            T0 + " stdout F 3c",
            T0 + " stdout F 4")) {
      assertThat(all(log, log.tail(0), 1000)).isEmpty();
      assertThat(all(log, log.tail(1), 1000)).containsExactly("4");
      assertThat(all(log, log.tail(2), 1000)).containsExactly("3a", "3b", "3c", "4");
      assertThat(all(log, log.tail(3), 1000)).startsWith("2");
      assertThat(all(log, log.tail(4), 1000)).startsWith("1");
      assertThat(all(log, log.tail(100), 1000)).startsWith("1");
    }
  }

  @Test
  void theLastLinesOfALongFileAreFound() throws IOException {
    String[] lines = new String[5_000];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = T0 + " stdout F line " + i + " " + "x".repeat(i % 100);
    }
    try (LogFile log = log(lines)) {
      assertThat(all(log, log.tail(3_000), 1000)).hasSize(3_000).last().asString().contains("4999");
    }
  }

  @Test
  void theFirstLineThatIsNotTooOldIsNotPassedOver() throws IOException {
    String[] lines = new String[20_000];
    for (int i = 0; i < lines.length; i++) {
      lines[i] = Instant.ofEpochSecond(i) + " stdout F " + i;
    }
    try (LogFile log = log(lines)) {
      for (int second : new int[] {0, 1, 777, 10_000, 19_999}) {
        List<String> found = all(log, log.since(Instant.ofEpochSecond(second)), 100_000);
        assertThat(found).contains(Integer.toString(second));
        assertThat(found.size()).isLessThan(20_000 - second + 6_000);
      }
    }
  }

  @Test
  void aPositionBehindTheEndAndAnEmptyFileGiveNothing() throws IOException {
    Files.writeString(file, "");
    try (LogFile log = LogFile.open(file)) {
      assertThat(log.read(0, 10).lines()).isEmpty();
      assertThat(log.tail(5)).isZero();
      assertThat(log.since(Instant.EPOCH)).isZero();
    }
  }
}
