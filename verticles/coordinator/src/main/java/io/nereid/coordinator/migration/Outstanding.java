package io.nereid.coordinator.migration;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.LaterPages;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.message.StepMessages.StepResult;

/**
 * The container runs at the target, and the source's frozen copy has pages that it still needs. A
 * silence of whatever length changes nothing. The source takes over, as of the freeze, only when
 * the target says that its copy can never go on, or a person promises that it will not.
 */
final class Outstanding {
  private Outstanding() {}

  static void on(Draft d, Event event) {
    switch (event) {
      case Event.Done e -> {
        if (e.result() instanceof StepResult.PagesCame came) {
          d.later =
              d.later.map(l ->
                  new LaterPages(l.bytes(), came.arrivedBytes(), came.waitedBytes(), tookMs(d)));
          d.bytesSent += came.arrivedBytes();
          release(d);
        } else {
          d.again(Failures.wrongResult(e));
        }
      }
      case Event.Progressed e -> d.progress = e.progress();
      case Event.Failed e -> {
        boolean lost =
            e.failure().code() == FailureCode.PAGES_LOST
                && e.failure().certainty() == Certainty.RAN_AND_FAILED;
        if (lost) {
          takeBack(d, e.failure());
        } else {
          d.again(e.failure());
        }
      }
      case Event.NodeLost e -> {
        if (MigrationMachine.awaits(d, e)) {
          d.again(Failures.lost(e.node(), d));
        }
      }
      case Event.TakeBackRequested e -> promised(d);
      case Event.Queued e -> throw MigrationMachine.illegal(d, event);
      case Event.Swapped e -> throw MigrationMachine.illegal(d, event);
      case Event.NotSwapped e -> throw MigrationMachine.illegal(d, event);
      case Event.LedgerSays e -> throw MigrationMachine.illegal(d, event);
      case Event.CancelRequested e -> throw MigrationMachine.illegal(d, event);
    }
  }

  private static long tookMs(Draft d) {
    return d.millis(d.phaseStarted())
        + d.from.migration().phasesMs().getOrDefault(Phase.COMMIT, 0L);
  }

  static void release(Draft d) {
    d.owed.add(Step.RELEASE);
    d.phase(Phase.RELEASE).step(Step.RELEASE);
  }

  /** Nothing has to be confirmed by a host that is gone for good; it is cleaned when it is not. */
  static void promised(Draft d) {
    d.neverRestored = true;
    takeBack(d, Failures.lost(d.target(), d));
  }

  private static void takeBack(Draft d, Failure why) {
    d.takenBack = true;
    Back.reclaim(d, Failures.windowLost(d, why));
  }
}
