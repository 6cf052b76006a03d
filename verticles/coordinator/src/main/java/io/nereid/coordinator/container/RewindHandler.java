package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.snapshot.Jobs;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.JobMessages.JobView;
import io.nereid.protocol.message.JobMessages.RewindRequest;
import io.nereid.protocol.message.SnapshotMessages.Identity;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes containers back to what they were: the snapshot comes to their host first, then one of the
 * present is taken, then the epoch is raised, and from there on their host does everything by
 * itself. Blocks.
 */
public final class RewindHandler {
  private static final Logger LOG = LoggerFactory.getLogger(RewindHandler.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String LABEL = "before-rewind";
  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final NymphSnapshots nymphs;
  private final SnapshotDirectory snapshots;
  private final SnapshotTaker taker;
  private final Jobs jobs;

  public RewindHandler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      NymphSnapshots nymphs,
      SnapshotDirectory snapshots,
      SnapshotTaker taker,
      Jobs jobs) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.nymphs = nymphs;
    this.snapshots = snapshots;
    this.taker = taker;
    this.jobs = jobs;
  }

  /** Accepts it, or says why not. */
  public JobView rewind(RewindRequest request) {
    Ownership found = Refs.find(request.ref(), ledger.all());
    Snapshot to = snapshots.reachable(request.to()).snapshot();
    requireOwn(to, found);
    Operations.Running running = operations.begin(found, "rewind");
    try {
      Ownership owner = Refs.find(found.id().value(), ledger.all());
      requireRunning(directory.locationOf(owner), owner);
      return jobs.begin(
          "rewind of container '" + owner.name() + "' to snapshot " + to.id(),
          Optional.of(to),
          told -> {
            try {
              return rewound(owner, to, request.keepPresent(), told);
            } finally {
              running.close();
            }
          });
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  private Jobs.Outcome rewound(
      Ownership owner, Snapshot to, boolean keepPresent, Consumer<Progress> told) {
    NodeId host = owner.owner();
    provide(to, host, told);
    Snapshot present = taker.take(owner, Optional.of(LABEL), Optional.empty(), PATIENCE, told);
    ContainerStatus before = directory.locationOf(owner).status();
    Ownership next =
        new Ownership(
            owner.id(),
            owner.name(),
            host,
            owner.epoch().next(),
            Ownership.Stage.HELD,
            Optional.empty());
    if (!ledger.compareAndSet(owner, next)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY,
              "the ownership of container '" + owner.name() + "' has changed meanwhile",
              "it runs on as it was; ask again"));
    }
    var rewind =
        new SnapshotCommand.Rewind(
            to,
            present.id(),
            new Identity(owner.id(), owner.name(), before.network()),
            before.policy());
    var result =
        (SnapshotResult.Restored) nymphs.perform(host, Optional.of(next.epoch()), rewind, told);
    directory.accept(host, result.container());
    Location location = directory.show(next);
    if (!keepPresent) {
      forget(host, present);
    }
    return new Jobs.Outcome(Optional.of(keepPresent ? present : to), Optional.of(location));
  }

  /** Before anything else is done to the container. */
  private void provide(Snapshot to, NodeId host, Consumer<Progress> told) {
    List<NodeId> holders =
        snapshots.holders(to.id()).stream()
            .filter(SnapshotPlace::present)
            .map(SnapshotPlace::holder)
            .toList();
    if (!holders.contains(host)) {
      var replicate = new SnapshotCommand.Replicate(to, holders);
      var stored = (SnapshotResult.Stored) nymphs.perform(host, Optional.empty(), replicate, told);
      snapshots.added(host, stored.snapshot());
    }
  }

  private void forget(NodeId host, Snapshot present) {
    try {
      nymphs.perform(host, Optional.empty(), new SnapshotCommand.Remove(present.id()), told -> {});
      snapshots.removed(new SnapshotPlace(present, host, true));
    } catch (FailureException e) {
      LOG.warn("snapshot {} could not be removed: {}", present.id(), e.getMessage());
    }
  }

  private static void requireOwn(Snapshot to, Ownership container) {
    if (!to.container().equals(container.id())) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "snapshot "
                  + to.id()
                  + " is of container '"
                  + to.name()
                  + "' ("
                  + to.container()
                  + "), not of '"
                  + container.name()
                  + "'",
              "'nereid restore " + to.id() + " --name NAME' brings it up beside that"));
    }
  }

  private static void requireRunning(Location location, Ownership owner) {
    if (!location.ownerPresent()) {
      throw Hosts.lost(owner.owner(), "host of container '" + owner.name() + "'");
    }
    ContainerState state = location.status().state();
    if (state != ContainerState.RUNNING || owner.stage() != Ownership.Stage.HELD) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "container '"
                  + owner.name()
                  + "' is "
                  + state
                  + "; only a running one can be rewound",
              state == ContainerState.PAUSED
                  ? "unpause it first"
                  : "remove it, then 'nereid restore' the snapshot"));
    }
  }
}
