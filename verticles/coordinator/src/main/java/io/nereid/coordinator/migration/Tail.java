package io.nereid.coordinator.migration;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.migration.Phase;

/**
 * What is done when the outcome is already settled: the source deletes its frozen copy, or the
 * target what it had received. A host that is away does it when it is back; people do not wait.
 */
final class Tail {
  private Tail() {}

  static void on(Draft d, Event event) {
    switch (event) {
      case Event.Done e -> {
        d.owed.remove(e.step());
        if (d.phase() == Phase.RELEASE) {
          d.phase(Phase.SUCCEEDED);
        }
        d.step(Step.NOTHING);
      }
      case Event.Progressed e -> d.progress = e.progress();
      case Event.Queued e -> throw MigrationMachine.illegal(d, event);
      case Event.Failed e -> later(d, e.failure());
      case Event.NodeLost e -> {
        if (MigrationMachine.awaits(d, e)) {
          later(d, Failures.lost(e.node(), d));
        }
      }
      case Event.Swapped e -> throw MigrationMachine.illegal(d, event);
      case Event.NotSwapped e -> throw MigrationMachine.illegal(d, event);
      case Event.LedgerSays e -> throw MigrationMachine.illegal(d, event);
      case Event.TakeBackRequested e -> throw MigrationMachine.illegal(d, event);
      case Event.CancelRequested e -> throw MigrationMachine.illegal(d, event);
    }
  }

  private static void later(Draft d, Failure why) {
    if (d.phase() == Phase.RELEASE) {
      d.phase(Phase.SUCCEEDED);
    }
    d.again(why);
  }
}
