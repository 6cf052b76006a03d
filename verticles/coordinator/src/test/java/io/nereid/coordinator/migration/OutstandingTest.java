package io.nereid.coordinator.migration;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.MIGRATION;
import static io.nereid.coordinator.testkit.Examples.NOW;
import static io.nereid.coordinator.testkit.Examples.held;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepResult;
import org.junit.jupiter.api.Test;

/** The container runs at the target while the source's frozen copy is still needed. */
class OutstandingTest {
  private static final Failure LOST = Failure.of(FailureCode.PAGES_LOST, "they are gone", "");

  private static StepCommand asked(Walk walk) {
    return ((Effect.Ask) walk.next()).command();
  }

  @Test
  void theFrozenCopyIsReleasedOnlyWhenAllPagesHaveCome() {
    Walk walk = Walk.postCopy();
    assertThat(walk.record.migration().frozenMs()).isPresent();
    assertThat(walk.record.migration().phase().isFinal()).isFalse();
    assertThat(asked(walk)).isEqualTo(new StepCommand.AwaitPages());
    walk.good();
    assertThat(walk.at()).isEqualTo("RELEASE/RELEASE");
    var later = walk.record.migration().later().orElseThrow();
    assertThat(later.bytes()).isEqualTo(4_096_000);
    assertThat(later.arrivedBytes()).isEqualTo(600);
    assertThat(later.waitedBytes()).isEqualTo(70);
    assertThat(later.tookMs()).isPositive();
    walk.good();
    assertThat(walk.record.phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void aMoveThatLeavesNoPagesBehindDoesNotAskForThem() {
    assertThat(Walk.to(Phase.RELEASE).record.migration().later()).isEmpty();
  }

  @Test
  void silenceAndFailuresOfTheTargetOnlyDelay() {
    Walk walk = Walk.postCopy();
    walk.lost(B).bad(Walk.AWAY).bad(Walk.UNKNOWN).bad(Walk.DEFINITE).lost(A);
    walk.on(new Event.Done(Step.AWAIT_PAGES, new StepResult.Ok(), walk.tick()));
    assertThat(walk.at()).isEqualTo("OUTSTANDING/AWAIT_PAGES");
    assertThat(walk.record.migration().waiting()).isPresent();
    assertThat(walk.good().good().record.phase()).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void pagesThatAreLostBringTheSourceBackWhenTheTargetHasConfirmedThatNothingRuns() {
    Walk walk = Walk.postCopy().bad(LOST);
    assertThat(walk.at()).isEqualTo("RECLAIM/DISCARD");
    assertThat(asked(walk)).isEqualTo(new StepCommand.Discard(true));
    // Nobody thaws while the target is silent.
    walk.bad(Walk.AWAY).lost(B);
    assertThat(walk.at()).isEqualTo("RECLAIM/DISCARD");
    walk.good();
    assertThat(walk.at()).isEqualTo("RECLAIM/RETURN");
    walk.good();
    assertThat(walk.at()).isEqualTo("RECLAIM/THAW");
    assertThat(walk.record.current().owner()).isEqualTo(A);
    walk.good();
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/NOTHING");
    Failure why = walk.record.migration().failure().orElseThrow();
    assertThat(why.code()).isEqualTo(FailureCode.PAGES_LOST);
    assertThat(why.message()).contains("as of its freeze").contains("is lost");
  }

  @Test
  void aPersonsPromiseBringsTheSourceBackAndTheTargetIsCleanedWhenItReturns() {
    Walk walk = Walk.postCopy().lost(B).takeBack();
    assertThat(walk.at()).isEqualTo("RECLAIM/DISCARD");
    walk.bad(Walk.AWAY);
    assertThat(walk.at()).isEqualTo("RECLAIM/RETURN");
    walk.good().good();
    assertThat(walk.record.current().owner()).isEqualTo(A);
    walk.bad(Walk.AWAY);
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/DISCARD");
    assertThat(asked(walk)).isEqualTo(new StepCommand.Discard(true));
    assertThat(((Effect.Ask) walk.next()).epoch()).isEqualTo(walk.record.current().epoch());
    assertThat(walk.record.migration().failure().orElseThrow().message()).contains("is lost");
    assertThat(walk.good().at()).isEqualTo("ROLLED_BACK/NOTHING");
  }

  @Test
  void aPromiseIsTakenAlsoWhenTheTargetWasAskedToRemoveItAndFellSilent() {
    Walk walk = Walk.postCopy().bad(LOST).bad(Walk.AWAY).takeBack().bad(Walk.AWAY);
    assertThat(walk.at()).isEqualTo("RECLAIM/RETURN");
  }

  @Test
  void whereNoRestoreWasBegunThereIsNothingToPromise() {
    Walk walk = Walk.to(Phase.RESTORE).bad(Walk.REFUSED);
    assertThat(walk.at()).isEqualTo("RECLAIM/DISCARD");
    assertThat(walk.record.neverRestored()).isTrue();
    assertThat(walk.record.canBeTakenBack()).isFalse();
    assertThatThrownBy(walk::takeBack).isInstanceOf(IllegalEventException.class);
  }

  @Test
  void aPromiseIsTakenOnlyUntilTheTargetHasConfirmed() {
    Walk walk = Walk.postCopy();
    assertThat(walk.record.canBeTakenBack()).isTrue();
    assertThat(walk.bad(LOST).record.canBeTakenBack()).isTrue();
    assertThat(walk.good().at()).isEqualTo("RECLAIM/RETURN");
    assertThat(walk.record.canBeTakenBack()).isFalse();
    assertThatThrownBy(walk::takeBack).isInstanceOf(IllegalEventException.class);
  }

  @Test
  void aMigrationOfWhichOnlyTheFrozenCopyIsKnownAsksForPagesBeforeItReleases() {
    Walk walk = new Walk(MigrationRecord.recovered(MIGRATION, held(B, 6), A, B, NOW));
    assertThat(walk.at()).isEqualTo("OUTSTANDING/AWAIT_PAGES");
    assertThat(walk.good().at()).isEqualTo("RELEASE/RELEASE");
  }
}
