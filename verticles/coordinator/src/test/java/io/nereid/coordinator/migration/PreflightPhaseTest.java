package io.nereid.coordinator.migration;

import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.MIGRATION;
import static io.nereid.coordinator.testkit.Examples.NOW;
import static io.nereid.coordinator.testkit.Examples.held;
import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.testkit.Examples;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.Rates;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.domain.preflight.Verdict;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the judgement means for a migration. */
class PreflightPhaseTest {
  private static final TargetFacts FINE = Examples.there(B);

  private static Walk judged(TargetFacts there, boolean force) {
    MigrationOptions options = MigrationOptions.DEFAULT.withForce(force);
    Walk walk =
        new Walk(
            MigrationRecord.first(MIGRATION, held(Examples.A, 5), B, options, Rates.USUAL, NOW));
    walk.on(
        new Event.Done(
            Step.DESCRIBE, Examples.described(Examples.status(ContainerState.RUNNING, 5)), NOW));
    return walk.on(new Event.Done(Step.CHECK, new StepResult.Checked(there), NOW));
  }

  private static TargetFacts there(TargetFacts.CpuMatch cpu, Optional<String> nameTaken) {
    return new TargetFacts(
        FINE.host(),
        FINE.memoryFreeBytes(),
        FINE.diskFreeBytes(),
        cpu,
        nameTaken,
        Optional.empty(),
        List.of(),
        List.of());
  }

  @Test
  void aFineJudgementIsWrittenDownWithThePredictionAndTheMoveGoesOn() {
    Walk walk = judged(FINE, false);
    assertThat(walk.at()).isEqualTo("PREPARE/PREPARE");
    Assessment found = walk.record.migration().preflight().orElseThrow();
    assertThat(found.verdict()).isEqualTo(Verdict.YES);
    assertThat(found.prediction()).isPresent();
    assertThat(walk.record.facts()).as("judged, so no longer needed").isEmpty();
  }

  @Test
  void aRiskStopsTheMoveAndChangesNothing() {
    Walk walk = judged(there(TargetFacts.CpuMatch.LACKS, Optional.empty()), false);
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/NOTHING");
    Failure failure = walk.record.migration().failure().orElseThrow();
    assertThat(failure.code()).isEqualTo(FailureCode.INCOMPATIBLE);
    assertThat(failure.certainty()).isEqualTo(Certainty.DID_NOT_RUN);
    assertThat(failure.remedy()).contains("--force");
    assertThat(failure.evidence()).singleElement().asString().startsWith("risk cpu: ");
  }

  @Test
  void forceGoesOnInSpiteOfARiskAndTheRiskStaysOnRecord() {
    Walk walk = judged(there(TargetFacts.CpuMatch.LACKS, Optional.empty()), true);
    assertThat(walk.at()).isEqualTo("PREPARE/PREPARE");
    assertThat(walk.record.migration().preflight().orElseThrow().verdict())
        .isEqualTo(Verdict.RISKY);
  }

  @Test
  void whatCannotWorkIsStoppedInSpiteOfForceWithEveryReason() {
    Walk walk = judged(there(TargetFacts.CpuMatch.LACKS, Optional.of("web (x)")), true);
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/NOTHING");
    Failure failure = walk.record.migration().failure().orElseThrow();
    assertThat(failure.code()).isEqualTo(FailureCode.NAME_TAKEN);
    assertThat(failure.message()).contains("cannot work", "web (x)", "1 more");
    assertThat(failure.evidence()).hasSize(2);
    assertThat(failure.remedy()).doesNotContain("--force");
  }

  @Test
  void anAnswerWithoutFactsIsNoAnswer() {
    Walk walk = new Walk();
    walk.on(
        new Event.Done(
            Step.DESCRIBE, Examples.described(Examples.status(ContainerState.RUNNING, 5)), NOW));
    walk.on(new Event.Done(Step.CHECK, new StepResult.Ok(), NOW));
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/NOTHING");
    assertThat(walk.record.migration().failure().orElseThrow().code())
        .isEqualTo(FailureCode.PROTOCOL);
  }
}
