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
  private record Sent(MigrationId migration, MemorySnapshot snapshot) {}

  private final Map<ContainerId, Sent> all = new ConcurrentHashMap<>();

  /** Remembers it instead of what an earlier migration has left. */
  void keep(ContainerId container, MigrationId migration, MemorySnapshot snapshot) {
    close(all.put(container, new Sent(migration, snapshot)));
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
