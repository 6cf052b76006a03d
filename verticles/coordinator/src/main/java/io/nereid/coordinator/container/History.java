package io.nereid.coordinator.container;

import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.PastMove;
import io.nereid.domain.preflight.Predictor;
import io.nereid.domain.preflight.Rates;

/** What the moves that are remembered tell about the next one. */
final class History {
  private History() {}

  static Rates rates(MigrationBoard board, ContainerId container) {
    return Predictor.learn(
        board.all().stream()
            .filter(r -> r.migration().phase() == Phase.SUCCEEDED)
            // Their pauses say nothing about others.
            .filter(r -> r.migration().later().isEmpty())
            .filter(r ->
                r.migration().preflight().flatMap(Assessment::prediction).isPresent()
                    && r.migration().frozenMs().isPresent())
            .map(r -> past(r, container))
            .toList());
  }

  private static PastMove past(MigrationRecord record, ContainerId container) {
    Migration m = record.migration();
    return new PastMove(
        m.container().equals(container),
        m.preflight().flatMap(Assessment::prediction).orElseThrow().memoryBytes(),
        m.bytesTotal(),
        m.bytesSent(),
        m.options().ahead() ? ms(m, Phase.AHEAD) : 0,
        fixedMs(m));
  }

  /** The pause without what was left of the memory: that differs from move to move. */
  private static long fixedMs(Migration m) {
    long rest =
        m.options().ahead()
            ? Math.max(0, m.rounds().frozenBytes()) * 1_000 / Rates.USUAL.bytesPerSecond()
            : 0;
    long pause = m.frozenMs().orElseThrow();
    return Math.max(pause / 2, pause - rest);
  }

  private static long ms(Migration migration, Phase phase) {
    return migration.phasesMs().getOrDefault(phase, 0L);
  }
}
