package io.nereid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CausesTest {
  private static final Path RECORDED = Path.of("src/test/resources/io/nereid/explain");

  static Stream<Cause> causes() {
    return Causes.ALL.stream();
  }

  static Stream<String> ids() {
    return causes().map(Cause::id);
  }

  @ParameterizedTest
  @MethodSource("ids")
  void everyCauseIsFoundInItsRecordedLog(String id) throws IOException {
    List<String> log = LogText.read(RECORDED.resolve(id + ".log"));
    assertThat(LogText.isLog(log)).isTrue();
    Explanation explanation = Explainer.explain(log);
    assertThat(explanation.known()).map(Cause::id).contains(id);
    assertThat(explanation.error()).isNotEmpty();
    assertThat(explanation.excerpt()).isNotEmpty().hasSizeLessThanOrEqualTo(7);
  }

  @ParameterizedTest
  @MethodSource("causes")
  void noSignIsHiddenByThatOfAnotherCause(Cause cause) {
    for (Sign sign : cause.signs()) {
      String message = String.join("7", sign.pieces());
      String line =
          sign.asError() ? "(00.01) Error (" + sign.source() + ":1): " + message : message;
      assertThat(Explainer.explain(List.of(line)).known())
          .as(line)
          .map(Cause::id)
          .contains(cause.id());
    }
  }

  @ParameterizedTest
  @MethodSource("causes")
  void everyCauseSaysWhatItMeansAndWhatToDo(Cause cause) {
    assertThat(cause.id()).matches("[a-z][a-z0-9]*(-[a-z0-9]+)*");
    assertThat(cause.title()).matches("[a-zA-Z].*[^.]").hasSizeLessThan(100);
    assertThat(cause.means()).endsWith(".").hasSizeGreaterThan(20);
    assertThat(cause.remedy()).matches("[a-z'].*[^.]").hasSizeLessThan(260);
    assertThat(cause.signs()).isNotEmpty();
    assertThat(cause.link()).isEqualTo("docs/troubleshooting.md#" + cause.id());
  }

  @Test
  void idsAreUniqueAndEveryRecordedLogBelongsToOne() throws IOException {
    Set<String> ids = new HashSet<>(ids().toList());
    assertThat(ids).hasSize(Causes.ALL.size()).hasSizeGreaterThan(25);
    assertThat(ids).allMatch(id -> Causes.of(id).isPresent());
    try (Stream<Path> files = Files.list(RECORDED)) {
      assertThat(files.map(f -> f.getFileName().toString().replace(".log", "")))
          .allMatch(ids::contains);
    }
  }
}
