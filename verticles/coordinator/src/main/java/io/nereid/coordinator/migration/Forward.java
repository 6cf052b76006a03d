package io.nereid.coordinator.migration;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.LaterPages;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.Judgement;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.Optional;

/** The way forward until the grant. Every failure on it, sure or not, leads back. */
final class Forward {
  private Forward() {}

  static void on(Draft d, Event event) {
    switch (event) {
      case Event.Done e -> done(d, e);
      case Event.Queued e -> {
        count(d, e.sent());
        d.step(Step.CATCH_UP).waitFor(e.why());
      }
      case Event.Progressed e -> d.progress = e.progress();
      case Event.Failed e -> Back.begin(d, e.failure());
      case Event.CancelRequested e -> {
        d.cancelRequested = true;
        Back.begin(
            d, Failure.of(FailureCode.CANCELLED, "the migration was cancelled at request", ""));
      }
      case Event.NodeLost e -> Back.begin(d, Failures.lost(e.node(), d));
      case Event.TakeBackRequested e -> throw MigrationMachine.illegal(d, event);
      case Event.Swapped e -> throw MigrationMachine.illegal(d, event);
      case Event.NotSwapped e -> throw MigrationMachine.illegal(d, event);
      case Event.LedgerSays e -> throw MigrationMachine.illegal(d, event);
    }
  }

  private static void done(Draft d, Event.Done e) {
    switch (e.result()) {
      case StepResult.Described r when e.step() == Step.DESCRIBE -> described(d, r);
      case StepResult.Checked r when e.step() == Step.CHECK -> checked(d, r.facts());
      case StepResult.Prepared r when e.step() == Step.PREPARE -> {
        d.ticket = Optional.of(r.ticket());
        d.pages = r.pages();
        d.phase(Phase.AHEAD).step(Step.SEND_AHEAD);
      }
      case StepResult.Sent r when e.step() == Step.SEND_AHEAD || e.step() == Step.CATCH_UP -> {
        count(d, r);
        d.phase(Phase.FREEZE).step(Step.FREEZE);
      }
      case StepResult.Frozen r when e.step() == Step.FREEZE -> {
        d.frozenAt = Optional.of(r.at());
        d.phase(Phase.DUMP).step(Step.DUMP);
      }
      case StepResult.Ok r when e.step() == Step.DUMP -> d.phase(Phase.DELTA).step(Step.SEND_DELTA);
      case StepResult.Sent r when e.step() == Step.SEND_DELTA -> {
        count(d, r);
        d.rounds = d.rounds.withFrozenBytes(r.bytesSent());
        d.postCopy = r.laterBytes() >= 0;
        d.later = d.postCopy ? Optional.of(LaterPages.of(r.laterBytes())) : Optional.empty();
        d.phase(Phase.GRANT).step(Step.GRANT);
      }
      default -> Back.begin(d, Failures.wrongResult(e));
    }
  }

  private static void described(Draft d, StepResult.Described described) {
    MoveDescription move = described.move();
    ContainerState state = move.status().state();
    if (!move.id().equals(d.current.id())) {
      Back.begin(d, Failures.wrongContainer(move.id(), d));
    } else if (state != ContainerState.RUNNING || d.current.stage() != Stage.HELD) {
      Back.begin(d, Failures.notRunning(d, state));
    } else {
      d.move = Optional.of(move);
      d.facts = Optional.of(described.facts());
      d.step(Step.CHECK);
    }
  }

  private static void checked(Draft d, TargetFacts there) {
    MigrationOptions options = d.from.migration().options();
    Assessment found = Judgement.assess(d.facts.orElseThrow(), there, options, d.from.rates());
    d.facts = Optional.empty();
    d.preflight = Optional.of(found.brief());
    if (found.allows(options.force())) {
      d.phase(Phase.PREPARE).step(Step.PREPARE);
    } else {
      Back.begin(d, Failures.notMovable(d, found));
    }
  }

  private static void count(Draft d, StepResult.Sent sent) {
    d.bytesTotal = Math.max(d.bytesTotal, sent.bytesTotal());
    d.bytesSent += sent.bytesSent();
    d.rounds = d.rounds.then(sent.rounds());
  }
}
