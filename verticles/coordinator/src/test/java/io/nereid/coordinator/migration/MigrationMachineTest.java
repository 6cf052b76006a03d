package io.nereid.coordinator.migration;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.C;
import static io.nereid.coordinator.testkit.Examples.MIGRATION;
import static io.nereid.coordinator.testkit.Examples.NOW;
import static io.nereid.coordinator.testkit.Examples.granted;
import static io.nereid.coordinator.testkit.Examples.held;
import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.testkit.Examples;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.StepMessages.Fate;
import io.nereid.protocol.message.StepMessages.StepResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class MigrationMachineTest {
  private static Effect.Ask ask(Walk walk) {
    return (Effect.Ask) walk.next();
  }

  @Test
  void theGrantRaisesTheEpochAndRestoreAndReleaseGoUnderIt() {
    Walk walk = Walk.to(Phase.GRANT);
    assertThat(walk.next()).isEqualTo(new Effect.Swap(Step.GRANT, held(A, 5), granted(B, 6), 0));
    walk.good();
    assertThat(ask(walk).node()).isEqualTo(B);
    assertThat(ask(walk).epoch()).isEqualTo(new Epoch(6));
    walk.good();
    assertThat(walk.next()).isEqualTo(new Effect.Swap(Step.COMMIT, granted(B, 6), held(B, 6), 0));
    walk.good();
    assertThat(ask(walk).node()).isEqualTo(A);
    assertThat(ask(walk).epoch()).isEqualTo(new Epoch(6));
    walk.good();
    assertThat(walk.at()).isEqualTo("SUCCEEDED/NOTHING");
  }

  @Test
  void whoHasToWaitCatchesUpWhileItRunsAndIsFrozenThen() {
    Walk walk = Walk.to(Phase.AHEAD).queued();
    assertThat(walk.at()).isEqualTo("AHEAD/CATCH_UP");
    assertThat(walk.record.migration().waiting()).contains(Walk.AWAY);
    walk.good();
    assertThat(walk.at()).isEqualTo("FREEZE/FREEZE");
    assertThat(walk.record.migration().waiting()).isEmpty();
    assertThat(walk.record.migration().bytesSent()).isEqualTo(920);
  }

  @Test
  void timesAndBytesAreOnTheRecord() {
    Walk walk = Walk.to(Phase.SUCCEEDED);
    var m = walk.record.migration();
    assertThat(m.bytesSent()).isEqualTo(950);
    assertThat(m.bytesTotal()).isEqualTo(1_200);
    // From asking to freeze until the word that it runs: five steps of 100 ms.
    assertThat(m.frozenMs()).contains(500L);
    assertThat(m.phasesMs()).containsEntry(Phase.PREFLIGHT, 200L).containsEntry(Phase.DUMP, 100L);
    assertThat(m.ended()).isPresent();
    assertThat(m.failure()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "PREFLIGHT,''",
    "PREPARE,DISCARD",
    "AHEAD,ABORT_SEND DISCARD",
    "FREEZE,RETURN THAW DISCARD",
    "DUMP,ABORT_SEND RETURN THAW DISCARD",
    "DELTA,ABORT_SEND RETURN THAW DISCARD",
    "GRANT,RETURN THAW DISCARD"
  })
  void aFailureUndoesWhatItsPhaseMayHaveBegunAndNothingElse(Phase phase, String steps) {
    Walk walk = Walk.to(phase).bad(Walk.DEFINITE);
    StringBuilder done = new StringBuilder();
    while (walk.record.unfinished()) {
      done.append(done.isEmpty() ? "" : " ").append(walk.record.doing());
      walk.good();
    }
    assertThat(done).hasToString(steps);
    assertThat(walk.record.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(walk.record.migration().failure()).contains(Walk.DEFINITE);
    assertThat(walk.record.current()).isEqualTo(steps.contains("RETURN") ? held(A, 6) : held(A, 5));
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"PREFLIGHT", "PREPARE", "AHEAD", "FREEZE", "DUMP", "DELTA"})
  void aCancelGoesTheSameWayBackAsAFailure(Phase phase) {
    Walk cancelled = Walk.to(phase).cancel();
    assertThat(cancelled.record.owed()).isEqualTo(Walk.to(phase).bad(Walk.DEFINITE).record.owed());
    assertThat(cancelled.record.migration().cancelRequested()).isTrue();
    assertThat(cancelled.record.migration().failure().orElseThrow().code())
        .isEqualTo(FailureCode.CANCELLED);
  }

  @ParameterizedTest
  @EnumSource(
      value = Phase.class,
      names = {"PREPARE", "AHEAD", "FREEZE", "DUMP", "DELTA"})
  void theLossOfEitherHostBeforeTheGrantTurnsRoundAtOnce(Phase phase) {
    assertThat(Walk.to(phase).lost(A).record.phase()).isEqualTo(Phase.ROLLBACK);
    assertThat(Walk.to(phase).lost(B).record.phase()).isEqualTo(Phase.ROLLBACK);
  }

  @Test
  void theSourceThawsUnderTheEpochThatWasWrittenForIt() {
    Walk walk = Walk.to(Phase.DELTA).bad(Walk.DEFINITE).good();
    assertThat(walk.next()).isEqualTo(new Effect.Swap(Step.RETURN, held(A, 5), held(A, 6), 0));
    walk.good();
    assertThat(ask(walk).step()).isEqualTo(Step.THAW);
    assertThat(ask(walk).epoch()).isEqualTo(new Epoch(6));
  }

  @Test
  void aContainerThatDoesNotRunIsNotMovedAndNothingIsUndone() {
    Walk walk = new Walk();
    walk.on(
        new Event.Done(
            Step.DESCRIBE, Examples.described(Examples.status(ContainerState.STOPPED, 5)), NOW));
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/NOTHING");
    assertThat(walk.record.migration().failure().orElseThrow().code())
        .isEqualTo(FailureCode.WRONG_STATE);
  }

  @Test
  void ahostThatHasSeenAHigherEpochGetsTheLedgerRaisedSoThatItTakesPartNextTime() {
    Failure stale = Failure.refused(FailureCode.STALE_EPOCH, "5 < 9", "");
    Walk walk = Walk.to(Phase.PREPARE).bad(stale);
    assertThat(walk.record.owed()).containsExactly(Step.RETURN, Step.DISCARD);
    walk.good().good();
    assertThat(walk.record.current()).isEqualTo(held(A, 6));
  }

  @Test
  void aGrantOfUnknownFateIsReadAndFollowed() {
    assertThat(Walk.to(Phase.GRANT).bad(Walk.UNKNOWN).says(granted(B, 6)).at())
        .isEqualTo("RESTORE/RESTORE");
    assertThat(Walk.to(Phase.GRANT).notSwapped().says(held(A, 5)).at())
        .isEqualTo("ROLLBACK/RETURN");
    assertThat(Walk.to(Phase.GRANT).notSwapped().says(held(A, 7)).at()).isEqualTo("ROLLBACK/THAW");
    assertThat(Walk.to(Phase.GRANT).notSwapped().says(held(C, 7)).at())
        .isEqualTo("NEEDS_OPERATOR/NOTHING");
    assertThat(Walk.to(Phase.GRANT).bad(Walk.REFUSED).at()).isEqualTo("ROLLBACK/RETURN");
  }

  @Test
  void aLedgerThatHasLostTheEntryIsWaitedForVisibly() {
    Walk walk = Walk.to(Phase.GRANT).notSwapped().says(null);
    assertThat(walk.at()).isEqualTo("GRANT/REREAD");
    assertThat(walk.record.migration().waiting()).isPresent();
    assertThat(walk.record.impliedOwnership()).isEqualTo(granted(B, 6));
  }

  @Test
  void aRollbackThatMeetsTheGrantAfterAllReclaimsIt() {
    Walk walk = Walk.to(Phase.GRANT).notSwapped().says(held(A, 5)).notSwapped();
    walk.says(granted(B, 6));
    assertThat(walk.at()).isEqualTo("RECLAIM/DISCARD");
    walk.good();
    assertThat(walk.next()).isEqualTo(new Effect.Swap(Step.RETURN, granted(B, 6), held(A, 7), 0));
  }

  @Test
  void aDefiniteFailureOfTheRestoreIsConfirmedBeforeTheSourceThaws() {
    Walk walk = Walk.to(Phase.RESTORE).bad(Walk.DEFINITE);
    assertThat(walk.at()).isEqualTo("RECLAIM/DISCARD");
    assertThat(ask(walk).epoch()).isEqualTo(new Epoch(6));
    walk.bad(Walk.AWAY);
    assertThat(walk.at()).isEqualTo("RECLAIM/DISCARD");
    walk.good().good();
    assertThat(ask(walk).step()).isEqualTo(Step.THAW);
    assertThat(ask(walk).epoch()).isEqualTo(new Epoch(7));
  }

  @Test
  void aRestoreThatCertainlyNeverBeganNeedsNoConfirmationFromAHostThatIsAway() {
    Walk walk = Walk.to(Phase.RESTORE).bad(Walk.AWAY).bad(Walk.AWAY);
    assertThat(walk.at()).isEqualTo("RECLAIM/RETURN");
    walk.good().good();
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/DISCARD");
    assertThat(walk.record.migration().waiting()).isPresent();
    assertThat(walk.record.holdsContainer()).isFalse();
    assertThat(walk.record.stillBusyAt(B)).isTrue();
    assertThat(walk.record.stillBusyAt(A)).isFalse();
    walk.good();
    assertThat(walk.at()).isEqualTo("ROLLED_BACK/NOTHING");
  }

  @Test
  void nothingIsUndoneWhileTheTargetsAnswerIsUnknown() {
    Walk walk = Walk.to(Phase.RESTORE).lost(B);
    for (int i = 0; i < 50; i++) {
      walk.bad(i % 2 == 0 ? Walk.UNKNOWN : Walk.AWAY);
      assertThat(walk.at()).isEqualTo("UNDECIDED/QUERY");
      assertThat(walk.record.migration().waiting()).isPresent();
    }
    walk.fate(Fate.RESTORING);
    assertThat(walk.at()).isEqualTo("UNDECIDED/QUERY");
    walk.fate(Fate.RUNNING);
    assertThat(walk.at()).isEqualTo("COMMIT/COMMIT");
    assertThat(walk.record.migration().frozenMs()).isPresent();
  }

  @Test
  void aTargetThatRefusesToDiscardIsAskedWhatRunsThere() {
    Walk walk = Walk.to(Phase.RESTORE).bad(Walk.UNKNOWN).fate(Fate.ABSENT).bad(Walk.DEFINITE);
    assertThat(walk.at()).isEqualTo("UNDECIDED/QUERY");
    assertThat(new Walk(walk.record).fate(Fate.RUNNING).at()).isEqualTo("COMMIT/COMMIT");
    // However often it says that nothing runs: a late restore may still reach it.
    for (int i = 0; i < 20; i++) {
      walk.fate(Fate.ABSENT).bad(Walk.DEFINITE);
      assertThat(walk.at()).isEqualTo("UNDECIDED/QUERY");
      assertThat(ask(walk).attempt()).isEqualTo(i + 2);
    }
    assertThat(walk.fate(Fate.ABSENT).good().at()).isEqualTo("RECLAIM/RETURN");
  }

  @Test
  void whileTheSourceIsAwayTheTargetIsCleanedAndTheWayBackWaits() {
    Walk walk = Walk.to(Phase.DUMP).lost(A);
    assertThat(walk.at()).isEqualTo("ROLLBACK/ABORT_SEND");
    walk.bad(Walk.AWAY);
    assertThat(walk.at()).isEqualTo("ROLLBACK/DISCARD");
    walk.good();
    assertThat(walk.at()).isEqualTo("ROLLBACK/ABORT_SEND");
    for (int i = 0; i < 20; i++) {
      walk.bad(Walk.AWAY);
      assertThat(walk.record.phase()).isEqualTo(Phase.ROLLBACK);
      assertThat(walk.record.migration().waiting()).isPresent();
    }
    assertThat(walk.good().good().good().at()).isEqualTo("ROLLED_BACK/NOTHING");
  }

  @Test
  void whenBothHostsAreAwayTheSourceComesFirst() {
    Walk walk = Walk.to(Phase.FREEZE).lost(B).good().bad(Walk.AWAY).bad(Walk.AWAY);
    assertThat(walk.at()).isEqualTo("ROLLBACK/THAW");
    assertThat(walk.bad(Walk.AWAY).at()).isEqualTo("ROLLBACK/THAW");
    assertThat(walk.good().at()).isEqualTo("ROLLED_BACK/DISCARD");
  }

  @Test
  void aSourceThatAnswersAndCannotThawNeedsAPerson() {
    Walk walk = Walk.to(Phase.FREEZE).bad(Walk.DEFINITE).good().bad(Walk.DEFINITE).good();
    for (int i = 0; i < Back.THAWS_MAX && walk.record.unfinished(); i++) {
      walk.bad(Walk.DEFINITE);
    }
    assertThat(walk.at()).isEqualTo("NEEDS_OPERATOR/NOTHING");
    assertThat(walk.record.migration().failure().orElseThrow().remedy()).isNotEmpty();
  }

  @Test
  void aThawThatIsRefusedAsStaleGetsAHigherEpoch() {
    Walk walk = Walk.to(Phase.FREEZE).bad(Walk.DEFINITE).good();
    walk.bad(Failure.refused(FailureCode.STALE_EPOCH, "6 < 8", ""));
    assertThat(walk.next()).isEqualTo(new Effect.Swap(Step.RETURN, held(A, 6), held(A, 7), 0));
  }

  @Test
  void peopleNeedNotWaitForASourceThatIsAwayAfterTheCommit() {
    Walk walk = Walk.to(Phase.RELEASE).lost(A);
    assertThat(walk.at()).isEqualTo("SUCCEEDED/RELEASE");
    assertThat(walk.record.migration().waiting()).isPresent();
    assertThat(walk.record.holdsContainer()).isFalse();
    assertThat(walk.record.stillBusyAt(A)).isTrue();
    assertThat(walk.bad(Walk.AWAY).good().at()).isEqualTo("SUCCEEDED/NOTHING");
    assertThat(walk.record.migration().waiting()).isEmpty();
  }

  @Test
  void aCommitOfUnknownFateIsReadAndTriedAgain() {
    assertThat(Walk.to(Phase.COMMIT).bad(Walk.UNKNOWN).says(held(B, 6)).at())
        .isEqualTo("RELEASE/RELEASE");
    assertThat(Walk.to(Phase.COMMIT).bad(Walk.UNKNOWN).says(granted(B, 6)).at())
        .isEqualTo("COMMIT/COMMIT");
    assertThat(Walk.to(Phase.COMMIT).bad(Walk.REFUSED).at()).isEqualTo("COMMIT/COMMIT");
  }

  @Test
  void anAnswerOfTheWrongKindIsAFailureOfThatHost() {
    Walk walk = Walk.to(Phase.PREPARE);
    walk.on(new Event.Done(Step.PREPARE, new StepResult.Ok(), NOW));
    assertThat(walk.record.phase()).isEqualTo(Phase.ROLLBACK);
    Walk restore = Walk.to(Phase.RESTORE);
    restore.on(new Event.Done(Step.RESTORE, new StepResult.Ok(), NOW));
    assertThat(restore.at()).isEqualTo("UNDECIDED/QUERY");
  }

  @Test
  void aMigrationKnownOnlyFromAFrozenCopyGoesWhereTheLedgerPoints() {
    assertThat(MigrationRecord.recovered(MIGRATION, granted(B, 6), A, B, NOW).doing())
        .isEqualTo(Step.QUERY);
    assertThat(MigrationRecord.recovered(MIGRATION, held(B, 6), A, B, NOW).doing())
        .isEqualTo(Step.AWAIT_PAGES);
    assertThat(MigrationRecord.recovered(MIGRATION, held(A, 6), A, B, NOW).doing())
        .isEqualTo(Step.ABORT_SEND);
  }

  @Test
  void aRecordReadBackIsTheSame() {
    for (Phase phase : new Phase[] {Phase.PREFLIGHT, Phase.GRANT, Phase.SUCCEEDED}) {
      MigrationRecord record = Walk.to(phase).record;
      assertThat(WireCodec.decode(WireCodec.encodeText(record), MigrationRecord.class))
          .isEqualTo(record);
    }
    MigrationRecord back = Walk.to(Phase.DUMP).bad(Walk.DEFINITE).bad(Walk.AWAY).record;
    assertThat(WireCodec.decode(WireCodec.encodeText(back), MigrationRecord.class)).isEqualTo(back);
  }
}
