package io.nereid.nymph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.process.Outcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuntimeFailuresTest {
  private static final List<String> ARGV = List.of("runc", "start", "x");

  private static Failure of(Outcome outcome) {
    return RuntimeFailures.of(
            FailureCode.RUNTIME_FAILED, "starting x", outcome, "", List.of("kept: /log"))
        .failure();
  }

  @Test
  void theReasonIsWhatRuncSaidLastAndTheEvidenceIsComplete() {
    Failure failure =
        of(
            new Outcome.Exited(
                ARGV,
                1,
                "",
                "time=\"now\" level=warning msg=\"odd\"\ntime=\"now\" level=error msg=\"no \\\"sh\\\" here\"\n",
                Duration.ofMillis(12)));
    assertThat(failure.message()).isEqualTo("starting x: no \"sh\" here");
    assertThat(failure.certainty()).isEqualTo(Certainty.RAN_AND_FAILED);
    assertThat(failure.evidence())
        .startsWith("kept: /log", "command: runc start x", "exit code 1 after 12 ms")
        .hasSize(5);
  }

  @Test
  void aProgramThatDidNotEndInTimeMayHaveActed() {
    Failure killed = of(new Outcome.TimedOut(ARGV, Duration.ofSeconds(1), true, "", ""));
    assertThat(killed.certainty()).isEqualTo(Certainty.UNKNOWN);
    assertThat(killed.message()).contains("within 1000 ms and was killed");
    Failure left = of(new Outcome.TimedOut(ARGV, Duration.ofSeconds(1), false, "", ""));
    assertThat(left.message()).contains("still runs");
  }

  @Test
  void aProgramThatIsMissingDidNothing() {
    Failure failure = of(new Outcome.NotStarted(ARGV, "no program 'runc'"));
    assertThat(failure.certainty()).isEqualTo(Certainty.DID_NOT_RUN);
    assertThat(failure.message()).contains("no program 'runc'");
  }

  @Test
  void evidenceIsBounded() {
    String line = "x".repeat(10_000) + "\n";
    Failure failure = of(new Outcome.Exited(ARGV, 1, "", line.repeat(100), Duration.ZERO));
    assertThat(failure.evidence()).hasSizeLessThan(30).allMatch(l -> l.length() <= 500);
  }
}
