package io.nereid.coordinator.migration;

import static io.nereid.coordinator.testkit.Examples.A;
import static io.nereid.coordinator.testkit.Examples.B;
import static io.nereid.coordinator.testkit.Examples.MIGRATION;
import static io.nereid.coordinator.testkit.Examples.NOW;
import static io.nereid.coordinator.testkit.Examples.TICKET;
import static io.nereid.coordinator.testkit.Examples.held;

import io.nereid.coordinator.testkit.Examples;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.migration.Rounds;
import io.nereid.domain.preflight.Rates;
import io.nereid.protocol.message.StepMessages.Fate;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Leads a record from state to state, a hundred milliseconds per event. */
final class Walk {
  static final Failure DEFINITE = Failure.of(FailureCode.RUNTIME_FAILED, "broken", "");
  static final Failure UNKNOWN = Failure.unknown(FailureCode.TIMEOUT, "silence", "");
  static final Failure AWAY = Failure.refused(FailureCode.NODE_LOST, "nobody there", "");
  static final Failure REFUSED = Failure.refused(FailureCode.NO_LEADER, "no majority", "");

  MigrationRecord record;
  List<Effect> effects = List.of();
  private Instant now = NOW;

  Walk() {
    this(
        MigrationRecord.first(
            MIGRATION, held(A, 5), B, MigrationOptions.DEFAULT, Rates.USUAL, NOW));
  }

  Walk(MigrationRecord record) {
    this.record = record;
  }

  /** A state on the way forward, reached without trouble. */
  static Walk to(Phase phase) {
    Walk walk = new Walk();
    while (walk.record.phase() != phase) {
      walk.good();
    }
    return walk;
  }

  /** It runs at the target, with pages outstanding. */
  static Walk postCopy() {
    Walk walk = to(Phase.DELTA);
    walk.on(
        new Event.Done(
            Step.SEND_DELTA,
            new StepResult.Sent(1_200, 50, 10, Rounds.NONE, 4_096_000),
            walk.tick()));
    while (walk.record.phase() != Phase.OUTSTANDING) {
      walk.good();
    }
    return walk;
  }

  Walk takeBack() {
    return on(new Event.TakeBackRequested(tick()));
  }

  static Walk to(Phase phase, Step step) {
    Walk walk = to(phase);
    while (walk.record.doing() != step) {
      walk.good();
    }
    return walk;
  }

  Walk on(Event event) {
    Transition transition = MigrationMachine.on(record, event);
    record = transition.record();
    effects = transition.effects();
    return this;
  }

  Instant tick() {
    now = now.plusMillis(100);
    return now;
  }

  /** The step under way ends well. */
  Walk good() {
    Step step = record.doing();
    return on(
        switch (step.kind()) {
          case SOURCE, TARGET -> new Event.Done(step, resultOf(step), tick());
          case WRITE -> new Event.Swapped(step, tick());
          case READ -> new Event.LedgerSays(record.wanted(), tick());
          case NONE -> throw new IllegalStateException("nothing is under way");
        });
  }

  Walk bad(Failure failure) {
    return on(new Event.Failed(record.doing(), failure, tick()));
  }

  Walk notSwapped() {
    return on(new Event.NotSwapped(record.doing(), tick()));
  }

  Walk says(Ownership ownership) {
    return on(new Event.LedgerSays(Optional.ofNullable(ownership), tick()));
  }

  Walk fate(Fate fate) {
    return on(new Event.Done(Step.QUERY, new StepResult.TargetState(fate), tick()));
  }

  Walk queued() {
    return on(
        new Event.Queued(
            Step.SEND_AHEAD, (StepResult.Sent) resultOf(Step.SEND_AHEAD), AWAY, tick()));
  }

  Walk cancel() {
    return on(new Event.CancelRequested(tick()));
  }

  Walk lost(NodeId node) {
    return on(new Event.NodeLost(node, tick()));
  }

  static StepResult resultOf(Step step) {
    return switch (step) {
      case DESCRIBE -> Examples.described(Examples.status(ContainerState.RUNNING, 5));
      case CHECK -> new StepResult.Checked(Examples.there(B));
      case PREPARE -> new StepResult.Prepared(TICKET);
      case SEND_AHEAD -> new StepResult.Sent(1_000, 900, 10);
      case CATCH_UP -> new StepResult.Sent(0, 20, 1);
      case SEND_DELTA -> new StepResult.Sent(1_200, 50, 10);
      case FREEZE -> new StepResult.Frozen(NOW);
      case AWAIT_PAGES -> new StepResult.PagesCame(600, 70);
      case RESTORE -> new StepResult.Restored(NOW, Examples.status(ContainerState.RUNNING, 6));
      case QUERY -> new StepResult.TargetState(Fate.RUNNING);
      default -> new StepResult.Ok();
    };
  }

  String at() {
    return record.phase() + "/" + record.doing();
  }

  /** The effect that brings the next event. */
  Effect next() {
    return effects.getLast();
  }
}
