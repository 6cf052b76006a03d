package io.nereid.explain;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplainerTest {
  private static Explanation explain(String log) {
    return Explainer.explain(LogText.lines(log));
  }

  private static String idOf(String log) {
    return explain(log).known().map(Cause::id).orElse("none");
  }

  @Test
  void theLastErrorWithAKnownCauseDecidesAndWhatFollowsItDoesNot() {
    assertThat(
            idOf(
                """
                (00.001) Error (criu/cgroup.c:1490): cg: Failed writing 0 to x/cpuset.cpus: Invalid argument
                (00.002)      1: Error (criu/files-reg.c:2267): Can't open file data/x: No such file or directory
                (00.003)      1: Error (criu/files.c:1221): Unable to open fd=5 id=0x9
                (00.004) Error (criu/cr-restore.c:1262): 4711 killed by signal 9: Killed
                (00.005) Error (criu/cr-restore.c:2324): Restoring FAILED.
                """))
        .isEqualTo("file-missing");
  }

  @Test
  void aReasonOfTheKernelCountsOnlyWhenNothingNamesTheCauseItself() {
    String lock = "(00.1) Error (criu/file-lock.c:628): Can not set flock!\n";
    String denied = "(00.2) Error (criu/util.c:1): rmdir: Operation not permitted\n";
    assertThat(idOf(lock + denied)).isEqualTo("file-lock-taken");
    assertThat(idOf(denied)).isEqualTo("not-permitted");
  }

  @Test
  void anUnknownFailureGivesItsLastRealError() {
    Explanation explanation =
        explain(
            """
            (00.001) net: Lock network
            (00.002) Error (criu/flux.c:12): flux: The capacitor is empty
            (00.003) Error (criu/cr-dump.c:1698): Dump files (pid: 42) failed with -1
            (00.004) Error (criu/cr-dump.c:2128): Dumping FAILED.
            """);
    assertThat(explanation).isInstanceOf(Explanation.Unknown.class);
    assertThat(explanation.error()).isEqualTo("flux: The capacitor is empty");
    assertThat(explanation.remedy()).isEmpty();
    assertThat(explanation.excerpt()).hasSize(4);
  }

  @Test
  void aDumpThatSucceededInTheEndHasNoError() {
    Explanation explanation =
        explain(
            """
            (00.001) Error (criu/sk-inet.c:200): inet: Connected TCP socket, consider using --tcp-established option.
            (00.002) Dumping finished successfully
            """);
    assertThat(explanation).isInstanceOf(Explanation.NoError.class);
    assertThat(explanation.excerpt()).hasSize(2);
  }

  @Test
  void wordsThatAProgramHasWrittenAreNoErrorOfCriu() {
    assertThat(explain("some program said: Connected TCP socket, consider using --tcp-established"))
        .isInstanceOf(Explanation.NoError.class);
  }

  @Test
  void theOwnReasonOfCriuComesBeforeRuncsReportOfIt() {
    String criu = "dump.log: (00.1) Error (criu/file-lock.c:628): Can not set flock!\n";
    String runc = "time=\"x\" level=error msg=\"criu failed: type NOTIFY errno 0\\nlog file: d\"\n";
    assertThat(idOf(criu + runc)).isEqualTo("file-lock-taken");
    assertThat(idOf(runc + criu)).isEqualTo("file-lock-taken");
    assertThat(explain(runc).error()).isEqualTo("criu failed: type NOTIFY errno 0");
  }

  @Test
  void aMessageThatAnEarlierFailureRepeatsIsUnderstood() {
    Explanation explanation =
        explain("checkpoint of c: CRIU says: Can't dump ghost file /x of 9 size, increase limit");
    assertThat(explanation.known()).map(Cause::id).contains("ghost-file-too-big");
    assertThat(explanation.error()).startsWith("Can't dump ghost file /x");
  }

  @Test
  void aFailureIsGivenCauseRemedyAndLinkButKeepsCodeAndCertainty() {
    Failure plain =
        new Failure(FailureCode.CRIU_FAILED, Certainty.UNKNOWN, "no", "read it", List.of("a"));
    Failure full = explain("x: Error (criu/image.c:1): No space left on device").onto(plain);
    assertThat(full.code()).isEqualTo(FailureCode.CRIU_FAILED);
    assertThat(full.certainty()).isEqualTo(Certainty.UNKNOWN);
    assertThat(full.message()).isEqualTo("no");
    assertThat(full.remedy())
        .startsWith("make room")
        .endsWith("(docs/troubleshooting.md#no-space)");
    assertThat(full.evidence()).containsExactly("a", "cause: no-space");
    assertThat(explain("").onto(plain)).isSameAs(plain);
  }

  @Test
  void aFullDiskHasItsOwnCodeOnceTheOutcomeIsCertain() {
    Failure plain = Failure.of(FailureCode.CRIU_FAILED, "no", "");
    assertThat(explain("x: Error (criu/image.c:1): No space left on device").onto(plain).code())
        .isEqualTo(FailureCode.NO_SPACE);
    assertThat(explain("x: Error (criu/a.c:1): Can not set flock!").onto(plain).code())
        .isEqualTo(FailureCode.CRIU_FAILED);
  }
}
