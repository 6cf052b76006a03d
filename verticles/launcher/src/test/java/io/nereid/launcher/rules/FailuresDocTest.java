package io.nereid.launcher.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class FailuresDocTest {
  private static final Path DOC = Path.of("../../docs/failures.md");

  @Test
  void everyCodeIsExplainedWithItsNumbersAndARemedy() throws IOException {
    List<String> lines = Files.readAllLines(DOC);
    for (FailureCode code : FailureCode.values()) {
      String start = "| `" + code + "` | " + code.exitCode() + " | " + code.httpStatus() + " | ";
      assertThat(lines.stream().filter(line -> line.startsWith(start)))
          .as(code.name())
          .singleElement()
          .satisfies(line -> assertThat(line.split("\\|")).hasSize(6).doesNotContain(" "));
    }
    long rows = lines.stream().filter(line -> line.matches("\\| `[A-Z_]+` \\| \\d+ \\|.*")).count();
    assertThat(rows).isEqualTo(FailureCode.values().length);
  }

  @Test
  void everyCertaintyIsExplained() throws IOException {
    String doc = Files.readString(DOC);
    for (Certainty certainty : Certainty.values()) {
      assertThat(doc).contains("| `" + certainty + "` | ");
    }
  }
}
