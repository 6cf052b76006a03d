package io.nereid.coordinator.driver;

import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One frozen container at a time for each host, as source or as target: several at once would share
 * processors and link, and each be frozen for as long as all of them take. Whoever waits does so
 * with a running container, first come, first served. Thread-safe; never blocks.
 */
public final class Turns {
  private record Place(Migration migration, Runnable wake) {
    boolean shares(Migration other) {
      List<NodeId> mine = List.of(migration.source(), migration.target());
      return mine.contains(other.source()) || mine.contains(other.target());
    }
  }

  private final Map<MigrationId, Place> frozen = new LinkedHashMap<>();
  private final Map<MigrationId, Place> waiting = new LinkedHashMap<>();

  /**
   * Takes the turn, or a place in the queue.
   *
   * @param wake called, by any thread, when it is worth asking again
   * @return who is in the way; empty when it is this one's turn
   */
  synchronized Optional<Migration> take(Migration migration, Runnable wake) {
    MigrationId id = migration.id();
    if (frozen.containsKey(id)) {
      return Optional.empty();
    }
    for (Place place : frozen.values()) {
      if (place.shares(migration)) {
        waiting.putIfAbsent(id, new Place(migration, wake));
        return Optional.of(place.migration());
      }
    }
    for (Map.Entry<MigrationId, Place> earlier : waiting.entrySet()) {
      if (earlier.getKey().equals(id)) {
        break;
      }
      if (earlier.getValue().shares(migration)) {
        waiting.putIfAbsent(id, new Place(migration, wake));
        return Optional.of(earlier.getValue().migration());
      }
    }
    hold(migration);
    return Optional.empty();
  }

  /** It is frozen already: nobody was asked. */
  synchronized void hold(Migration migration) {
    waiting.remove(migration.id());
    frozen.put(migration.id(), new Place(migration, () -> {}));
  }

  /** It is not frozen any more, or does not want to be. */
  void leave(MigrationId migration) {
    List<Place> next;
    synchronized (this) {
      boolean was = frozen.remove(migration) != null | waiting.remove(migration) != null;
      next = was ? List.copyOf(waiting.values()) : List.of();
    }
    next.forEach(place -> place.wake().run());
  }
}
