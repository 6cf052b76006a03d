package io.nereid.coordinator.migration;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.List;
import java.util.Optional;

/** From the grant to the commit: nothing here is undone before it is known what happened. */
final class Decision {
  private static final List<Phase> FROZEN_PHASES =
      List.of(
          Phase.FREEZE,
          Phase.DUMP,
          Phase.DELTA,
          Phase.GRANT,
          Phase.RESTORE,
          Phase.UNDECIDED,
          Phase.RECLAIM);

  private Decision() {}

  static void on(Draft d, Event event) {
    switch (event) {
      case Event.Done e -> done(d, e);
      case Event.Progressed e -> d.progress = e.progress();
      case Event.Queued e -> throw MigrationMachine.illegal(d, event);
      case Event.Swapped e -> written(d);
      case Event.NotSwapped e -> d.reread();
      case Event.LedgerSays e -> judge(d, e.ownership());
      case Event.Failed e -> failed(d, e.failure());
      case Event.NodeLost e -> {
        if (MigrationMachine.awaits(d, e)) {
          undecided(d, Failures.lost(e.node(), d));
        }
      }
      case Event.TakeBackRequested e -> Outstanding.promised(d);
      case Event.CancelRequested e -> throw MigrationMachine.illegal(d, event);
    }
  }

  private static void done(Draft d, Event.Done e) {
    switch (e.result()) {
      case StepResult.Restored r when e.step() == Step.RESTORE -> {
        d.restoredAt = Optional.of(r.at());
        d.helped = r.helped();
        running(d);
      }
      case StepResult.TargetState s when e.step() == Step.QUERY -> {
        switch (s.fate()) {
          case RUNNING -> running(d);
          case RESTORING -> d.again(Failures.stillRestoring(d));
          case ABSENT -> {
            d.absences++;
            Back.reclaim(d, Failures.absent(d));
          }
        }
      }
      default -> undecided(d, Failures.wrongResult(e));
    }
  }

  private static void running(Draft d) {
    long before =
        FROZEN_PHASES.stream()
            .mapToLong(p -> d.from.migration().phasesMs().getOrDefault(p, 0L))
            .sum();
    d.frozenMs = Optional.of(before + d.millis(d.phaseStarted()));
    d.phase(Phase.COMMIT).step(Step.COMMIT);
  }

  private static void undecided(Draft d, Failure why) {
    d.phase(Phase.UNDECIDED).againWith(Step.QUERY, why);
  }

  private static void written(Draft d) {
    d.wroteWanted();
    if (d.phase() == Phase.GRANT) {
      d.phase(Phase.RESTORE).step(Step.RESTORE);
    } else if (d.postCopy) {
      d.phase(Phase.OUTSTANDING).step(Step.AWAIT_PAGES);
    } else {
      Outstanding.release(d);
    }
  }

  private static void failed(Draft d, Failure why) {
    switch (d.doing) {
      case GRANT -> {
        if (why.certainty() == Certainty.UNKNOWN) {
          d.reread();
        } else {
          Back.begin(d, why);
        }
      }
      case COMMIT -> {
        if (Failures.didNotRun(why)) {
          d.again(why);
        } else {
          d.reread();
        }
      }
      case RESTORE -> {
        if (why.certainty() == Certainty.UNKNOWN) {
          undecided(d, why);
        } else {
          d.neverRestored = Failures.didNotRun(why);
          Back.reclaim(d, why);
        }
      }
      default -> d.again(why);
    }
  }

  private static void judge(Draft d, Optional<Ownership> said) {
    if (said.isEmpty()) {
      d.again(Failures.ledgerSilent(d));
    } else if (said.equals(d.wanted())) {
      written(d);
    } else if (d.phase() == Phase.GRANT) {
      notGranted(d, said.get());
    } else if (said.get().equals(d.current)) {
      d.againWith(Step.COMMIT, Failures.notWritten(d));
    } else {
      d.stopFor(Failures.contradiction(d, said.get()));
    }
  }

  /** If a grant is still on its way, it meets the write of the way back: only one of them wins. */
  private static void notGranted(Draft d, Ownership found) {
    if (found.equals(d.current)) {
      Back.begin(d, Failures.notWritten(d));
    } else if (Back.isReturnToSource(d, found)) {
      d.current = found;
      Back.begin(d, Failures.notWritten(d), List.of(Step.THAW, Step.DISCARD));
    } else {
      d.stopFor(Failures.contradiction(d, found));
    }
  }
}
