package io.nereid.nymph.criu.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CriuServiceTest {
  @TempDir Path directory;

  private CriuService real() {
    return new CriuService(SystemProcessRunner.ofThisHost(), directory);
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).isEmpty();
    }
    assertThat(ProcessHandle.current().descendants().map(p -> p.info().commandLine().orElse("")))
        .noneMatch(line -> line.contains(directory.toString()));
  }

  @Test
  @RequiresRuntime
  void theRealCriuTellsItsVersionAndPassesItsCheckAndNothingIsLeft() throws IOException {
    CriuVersion version =
        real()
            .ask(session -> {
              session.client().check(session.logs());
              assertThat(session.client().features().names())
                  .isSubsetOf("mem_track", "lazy_pages", "pidfd_store");
              return session.client().version();
            });
    assertThat(version.major()).isGreaterThanOrEqualTo(3);
    assertNothingIsLeft();
  }

  @Test
  @RequiresRuntime
  void aServiceIsEndedAlsoWhenItsUserFails() throws IOException {
    assertThatThrownBy(() ->
            real()
                .ask(session -> {
                  throw new IllegalStateException("mine");
                }))
        .hasMessage("mine");
    assertNothingIsLeft();
  }

  @Test
  void aServiceThatDoesNotStartSaysWhyInItsOwnWords() throws IOException {
    var service =
        new CriuService(
            command ->
                new Outcome.Exited(
                    command.argv(), 1, "", "Error (vdso): out of bounds\nmore", Duration.ZERO),
            directory);
    Failure failure =
        catchThrowableOfType(
                FailureException.class, () -> service.ask(session -> session.client().version()))
            .failure();
    assertThat(failure.code()).isEqualTo(FailureCode.CRIU_FAILED);
    assertThat(failure.message()).contains("Error (vdso): out of bounds");
    assertThat(failure.evidence()).isEqualTo(List.of("Error (vdso): out of bounds", "more"));
    assertNothingIsLeft();
  }
}
