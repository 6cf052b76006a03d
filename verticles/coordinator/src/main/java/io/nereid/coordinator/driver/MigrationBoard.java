package io.nereid.coordinator.driver;

import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/** What every migration looks like now, progress included, and who waits to see it change. */
public final class MigrationBoard {
  private final Map<MigrationId, MigrationRecord> records = new ConcurrentHashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /** Shows a record. */
  public void show(MigrationRecord record) {
    lock.lock();
    try {
      records.put(record.migration().id(), record);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Forgets one that is over. */
  public void remove(MigrationId id) {
    records.remove(id);
  }

  /** One of them. */
  public Optional<MigrationRecord> find(MigrationId id) {
    return Optional.ofNullable(records.get(id));
  }

  /** Waits until it differs from a version, at most so long; blocks. */
  public Optional<MigrationRecord> await(MigrationId id, long knownVersion, long waitMs) {
    long left = TimeUnit.MILLISECONDS.toNanos(waitMs);
    lock.lock();
    try {
      while (left > 0
          && find(id).filter(r -> r.version() == knownVersion && r.unfinished()).isPresent()) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    return find(id);
  }

  /** All, the newest first. */
  public List<MigrationRecord> all() {
    return records.values().stream()
        .sorted(
            Comparator.comparing((MigrationRecord r) -> r.migration().started())
                .reversed()
                .thenComparing(r -> r.migration().id()))
        .toList();
  }

  /** The migration that holds a container, if one does. */
  public Optional<MigrationRecord> holding(ContainerId container) {
    return of(container).filter(MigrationRecord::holdsContainer).findAny();
  }

  /** An earlier migration that must finish cleaning up on either host before the next begins. */
  public Optional<MigrationRecord> inTheWay(ContainerId container, NodeId source, NodeId target) {
    return of(container).filter(r -> r.stillBusyAt(target) || r.stillBusyAt(source)).findAny();
  }

  /** Any migration of a container with something left to do. */
  public Optional<MigrationRecord> unfinished(ContainerId container) {
    return of(container).filter(MigrationRecord::unfinished).findAny();
  }

  private Stream<MigrationRecord> of(ContainerId container) {
    return records.values().stream().filter(r -> r.migration().container().equals(container));
  }
}
