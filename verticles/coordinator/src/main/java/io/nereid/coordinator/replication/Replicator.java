package io.nereid.coordinator.replication;

import io.nereid.coordinator.container.NymphSnapshots;
import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.replication.ReplicationPlanner.Copy;
import io.nereid.coordinator.replication.ReplicationPlanner.Flight;
import io.nereid.coordinator.replication.ReplicationPlanner.View;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.snapshot.SnapshotPolicy;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the copies made that are missing, a few at a time. What is missing is looked at anew each
 * time, so a holder that is lost or has deleted something is replaced, and another leader needs to
 * know nothing. What fails waits the longer the more often it has failed.
 */
public final class Replicator {
  private static final Logger LOG = LoggerFactory.getLogger(Replicator.class);
  private static final int AT_ONCE_MAX = 2;
  private static final Duration REST = Duration.ofSeconds(5);
  private static final int DOUBLED_MAX = 6;
  private static final int REMEMBERED_MAX = 10_000;

  /** How often it has failed, and when it may be tried again. */
  private record Trouble(int times, long untilNanos) {}

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final SnapshotDirectory snapshots;
  private final NymphSnapshots nymphs;
  private final int replicas;
  private final Set<Flight> flying = ConcurrentHashMap.newKeySet();
  private final Map<Flight, Trouble> troubles = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  /**
   * Prepares.
   *
   * @param replicas how many other hosts get the snapshots of a container that says nothing itself
   */
  public Replicator(
      OwnershipLedger ledger,
      Directory directory,
      SnapshotDirectory snapshots,
      NymphSnapshots nymphs,
      int replicas) {
    this.ledger = ledger;
    this.directory = directory;
    this.snapshots = snapshots;
    this.nymphs = nymphs;
    this.replicas = replicas;
  }

  /** Looks what is missing and begins it; blocks for reading. To be called now and then. */
  public void look() {
    int room = AT_ONCE_MAX - flying.size();
    if (room <= 0 || stopped) {
      return;
    }
    List<Ownership> owners = ledger.all();
    Map<ContainerId, Integer> wanted = new HashMap<>();
    for (Ownership owner : owners) {
      Optional<SnapshotPolicy> policy = directory.locationOf(owner).status().policy();
      wanted.put(owner.id(), policy.map(SnapshotPolicy::replicas).orElse(replicas));
    }
    View view =
        new View(
            owners,
            snapshots.list(true),
            directory.nodes(),
            id -> wanted.getOrDefault(id, 0),
            Set.copyOf(flying),
            resting());
    ReplicationPlanner.plan(view, room).forEach(this::begin);
  }

  private Set<Flight> resting() {
    if (troubles.size() > REMEMBERED_MAX) {
      troubles.clear();
    }
    Set<Flight> resting = new HashSet<>();
    troubles.forEach((flight, trouble) -> {
      if (trouble.untilNanos() - System.nanoTime() > 0) {
        resting.add(flight);
      }
    });
    return resting;
  }

  private void begin(Copy copy) {
    if (flying.add(copy.flight())) {
      Thread.ofVirtual()
          .name("replicate-" + copy.snapshot().id())
          .start(() -> {
            try {
              perform(copy);
              troubles.remove(copy.flight());
            } catch (RuntimeException e) {
              failed(copy, e);
            } finally {
              flying.remove(copy.flight());
            }
          });
    }
  }

  private void perform(Copy copy) {
    var command = new SnapshotCommand.Replicate(copy.snapshot(), copy.holders());
    var stored =
        (SnapshotResult.Stored)
            nymphs.perform(copy.target(), Optional.empty(), command, progress -> {});
    if (snapshots.holders(copy.snapshot().id()).isEmpty()) {
      // Somebody has deleted it everywhere while this copy was on its way.
      nymphs.perform(
          copy.target(),
          Optional.empty(),
          new SnapshotCommand.Remove(copy.snapshot().id()),
          progress -> {});
      return;
    }
    snapshots.added(copy.target(), stored.snapshot());
    LOG.info(
        "snapshot {} of '{}' is on host '{}', too",
        copy.snapshot().id(),
        copy.snapshot().name(),
        copy.target());
  }

  private void failed(Copy copy, RuntimeException e) {
    Trouble next =
        troubles.merge(
            copy.flight(),
            new Trouble(1, System.nanoTime() + REST.toNanos()),
            (was, first) -> {
              int times = Math.min(was.times() + 1, DOUBLED_MAX);
              return new Trouble(times, System.nanoTime() + (REST.toNanos() << (times - 1)));
            });
    boolean expected = FailureException.failureOf(e).code() == FailureCode.NODE_LOST;
    if (next.times() == 1 && !expected) {
      LOG.warn(
          "snapshot {} could not be copied to host '{}': {}",
          copy.snapshot().id(),
          copy.target(),
          e.getMessage());
    }
  }

  /** Begins nothing any more; what is on its way arrives by itself. */
  public void stop() {
    stopped = true;
  }
}
