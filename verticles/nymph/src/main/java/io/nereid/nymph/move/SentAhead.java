package io.nereid.nymph.move;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.nymph.memory.MemorySnapshot;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the source remembers of the memory that it has sent ahead, until the container is frozen. In
 * memory only: after a restart the whole memory is dumped and what the target has already is found
 * out by digest.
 */
final class SentAhead {
  private record Sent(MigrationId migration, MemorySnapshot snapshot, int rounds) {}

  private final Map<ContainerId, Sent> all = new ConcurrentHashMap<>();

  /** Remembers it instead of what an earlier migration has left. */
  void keep(ContainerId container, MigrationId migration, MemorySnapshot snapshot) {
    close(all.put(container, new Sent(migration, snapshot, 0)));
  }

  /** Remembers what a further round has sent instead of the round before. */
  void keepRound(ContainerId container, MigrationId migration, MemorySnapshot snapshot) {
    close(all.put(container, new Sent(migration, snapshot, rounds(container, migration) + 1)));
  }

  /** How many rounds were sent after the first one. */
  int rounds(ContainerId container, MigrationId migration) {
    Sent sent = all.get(container);
    return sent == null || !sent.migration().equals(migration) ? 0 : sent.rounds();
  }

  Optional<MemorySnapshot> of(ContainerId container, MigrationId migration) {
    return Optional.ofNullable(all.get(container))
        .filter(sent -> sent.migration().equals(migration))
        .map(Sent::snapshot);
  }

  void forget(ContainerId container) {
    close(all.remove(container));
  }

  private static void close(Sent sent) {
    if (sent != null) {
      sent.snapshot().close();
    }
  }
}
