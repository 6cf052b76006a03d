package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.gateway.testkit.Examples;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import java.util.Optional;

/** Migrations that did not succeed. */
final class Failing {
  private Failing() {}

  static MigrationView view(Phase phase, Failure failure) {
    MigrationView view = Examples.view(9, phase);
    Migration m = view.migration();
    return new MigrationView(
        view.version(),
        new Migration(
            m.id(),
            m.container(),
            m.name(),
            m.source(),
            m.target(),
            phase,
            m.base(),
            m.options(),
            m.cancelRequested(),
            m.started(),
            m.ended(),
            m.phasesMs(),
            m.frozenAt(),
            m.restoredAt(),
            Optional.empty(),
            m.bytesTotal(),
            m.bytesSent(),
            m.progress(),
            m.rounds(),
            Optional.of(failure),
            m.waiting(),
            m.later(),
            m.preflight()));
  }
}
