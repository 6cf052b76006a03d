package io.nereid.coordinator.driver;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Migration;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * One frozen container at a time for each host, as source or as target of a move or for a snapshot:
 * several at once would share processors and link, and each be frozen for as long as all of them
 * take. Whoever waits does so with a running container, first come, first served. Thread-safe;
 * never blocks, but for {@link #await}.
 */
public final class Turns {
  /**
   * Who wants to freeze.
   *
   * @param id of the move or the snapshot
   * @param name of the container
   * @param hosts that have a part in it
   */
  public record Holder(String id, ContainerName name, Set<NodeId> hosts) {
    public Holder {
      hosts = Set.copyOf(hosts);
    }

    static Holder of(Migration m) {
      // Never the same host twice, but a set has to be told.
      Set<NodeId> hosts =
          m.source().equals(m.target()) ? Set.of(m.source()) : Set.of(m.source(), m.target());
      return new Holder(m.id().value(), m.name(), hosts);
    }

    /** For a snapshot of a container on its host. */
    public static Holder of(Ownership container, SnapshotId snapshot) {
      return new Holder(snapshot.value(), container.name(), Set.of(container.owner()));
    }

    private boolean shares(Holder other) {
      return hosts.stream().anyMatch(other.hosts::contains);
    }
  }

  private record Place(Holder holder, Runnable wake) {}

  private final Map<String, Place> frozen = new LinkedHashMap<>();
  private final Map<String, Place> waiting = new LinkedHashMap<>();

  /**
   * Takes the turn, or a place in the queue.
   *
   * @param wake called, by any thread, when it is worth asking again
   * @return who is in the way; empty when it is this one's turn
   */
  Optional<Holder> take(Migration migration, Runnable wake) {
    return take(Holder.of(migration), wake);
  }

  private synchronized Optional<Holder> take(Holder wanted, Runnable wake) {
    String id = wanted.id();
    if (frozen.containsKey(id)) {
      return Optional.empty();
    }
    for (Place place : frozen.values()) {
      if (place.holder().shares(wanted)) {
        waiting.putIfAbsent(id, new Place(wanted, wake));
        return Optional.of(place.holder());
      }
    }
    for (Map.Entry<String, Place> earlier : waiting.entrySet()) {
      if (earlier.getKey().equals(id)) {
        break;
      }
      if (earlier.getValue().holder().shares(wanted)) {
        waiting.putIfAbsent(id, new Place(wanted, wake));
        return Optional.of(earlier.getValue().holder());
      }
    }
    hold(wanted);
    return Optional.empty();
  }

  /**
   * Waits for the turn; blocks.
   *
   * @return who is in the way when it has not come in time; empty when it is this one's turn
   */
  public Optional<Holder> await(Holder wanted, Duration limit) {
    Semaphore woken = new Semaphore(0);
    long deadline = System.nanoTime() + limit.toNanos();
    Optional<Holder> other = take(wanted, woken::release);
    while (other.isPresent()) {
      try {
        if (!woken.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
          leave(wanted);
          return other;
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        leave(wanted);
        return other;
      }
      other = take(wanted, woken::release);
    }
    return Optional.empty();
  }

  /** It is frozen already: nobody was asked. */
  void hold(Migration migration) {
    hold(Holder.of(migration));
  }

  private synchronized void hold(Holder holder) {
    waiting.remove(holder.id());
    frozen.put(holder.id(), new Place(holder, () -> {}));
  }

  /** It is not frozen any more, or does not want to be. */
  void leave(MigrationId migration) {
    leave(migration.value());
  }

  /** The same. */
  public void leave(Holder holder) {
    leave(holder.id());
  }

  private void leave(String id) {
    List<Place> next;
    synchronized (this) {
      boolean was = frozen.remove(id) != null | waiting.remove(id) != null;
      next = was ? List.copyOf(waiting.values()) : List.of();
    }
    next.forEach(place -> place.wake().run());
  }
}
