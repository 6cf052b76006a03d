package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Reconciler;
import io.nereid.coordinator.snapshot.Jobs;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.JobMessages.JobView;
import io.nereid.protocol.message.JobMessages.RestoreRequest;
import io.nereid.protocol.message.SnapshotMessages.Identity;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Brings snapshots up: ownership is registered first, under an epoch that no host has seen, then
 * the owner does everything else by itself. So there is one running copy at most, whoever dies
 * meanwhile. Blocks.
 */
public final class RestoreHandler {
  /** More than a host that is away can have seen since anybody heard of it. */
  private static final long UNSEEN_EPOCHS = 1_000;

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final Reconciler reconciler;
  private final Nymphs nymphs;
  private final AddressPool addresses;
  private final SnapshotDirectory snapshots;
  private final VolumeHandler volumes;
  private final Jobs jobs;

  public RestoreHandler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      Reconciler reconciler,
      Nymphs nymphs,
      AddressPool addresses,
      SnapshotDirectory snapshots,
      VolumeHandler volumes,
      Jobs jobs) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.reconciler = reconciler;
    this.nymphs = nymphs;
    this.addresses = addresses;
    this.snapshots = snapshots;
    this.volumes = volumes;
    this.jobs = jobs;
  }

  /** Accepts it, or says why not. */
  public JobView restore(RestoreRequest request) {
    SnapshotPlace place = snapshots.reachable(request.ref());
    Snapshot snapshot = place.snapshot();
    NodeId target = request.node().orElse(place.holder());
    requirePresent(target);
    boolean same = request.name().isEmpty();
    if (same) {
      requireGone(snapshot);
    }
    ContainerId id = same ? snapshot.container() : ContainerId.random();
    ContainerName name = request.name().map(ContainerName::new).orElse(snapshot.name());
    volumes.requireRoom(snapshot, same ? Optional.empty() : Optional.of(name), target);
    Epoch epoch = same ? unseen(id) : Epoch.FIRST;
    NetworkSpec network = network(snapshot, same);
    Ownership first =
        new Ownership(id, name, target, epoch, Ownership.Stage.HELD, Optional.empty());
    Operations.Running running;
    try {
      running = operations.begin(first, "restore");
    } catch (RuntimeException e) {
      addresses.release(network);
      throw e;
    }
    Runnable ended =
        () -> {
          addresses.release(network);
          running.close();
        };
    try {
      register(first);
      reconciler.remember(id);
      var restore =
          new SnapshotCommand.Restore(snapshot, place.holder(), new Identity(id, name, network));
      return jobs.begin(
          "restore of snapshot " + snapshot.id() + " as container '" + name + "'",
          Optional.of(snapshot),
          told -> {
            try {
              return bringUp(first, restore, told);
            } finally {
              ended.run();
            }
          });
    } catch (RuntimeException e) {
      ended.run();
      throw e;
    }
  }

  private Jobs.Outcome bringUp(
      Ownership first, SnapshotCommand.Restore restore, Consumer<Progress> told) {
    try {
      SnapshotResult result =
          new NymphSnapshots(nymphs)
              .perform(first.owner(), Optional.of(first.epoch()), restore, told);
      ContainerStatus status = ((SnapshotResult.Restored) result).container();
      directory.accept(first.owner(), status);
      Location location = directory.show(first);
      return new Jobs.Outcome(Optional.of(restore.snapshot()), Optional.of(location));
    } catch (FailureException e) {
      if (e.failure().certainty() != Certainty.UNKNOWN) {
        reconciler.forget(first.id());
        ledger.remove(first);
        directory.removed(first);
      }
      // Otherwise its host's reports will tell: then it is listed, or forgotten.
      throw e;
    }
  }

  private void requirePresent(NodeId target) {
    NodeView view =
        directory.nodes().stream()
            .filter(n -> n.node().id().equals(target))
            .findFirst()
            .orElseThrow(() -> Hosts.unknown(target));
    if (!view.present()) {
      throw Hosts.lost(target, "target");
    }
  }

  private void requireGone(Snapshot snapshot) {
    ledger
        .read(snapshot.container())
        .ifPresent(there -> {
          throw new FailureException(
              Failure.refused(
                  FailureCode.WRONG_STATE,
                  "container '"
                      + there.name()
                      + "', of which snapshot "
                      + snapshot.id()
                      + " was taken, still exists on host '"
                      + there.owner()
                      + "'",
                  "remove it first with 'nereid rm', or restore beside it with --name"));
        });
  }

  private void register(Ownership first) {
    if (!ledger.register(first)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NAME_TAKEN,
              "there is a container with the name '" + first.name() + "' already",
              "choose another name with --name, or remove that container"));
    }
  }

  /** A new container gets an address of its own; the same one its old address, if it is free. */
  private NetworkSpec network(Snapshot snapshot, boolean same) {
    NetworkSpec before = snapshot.network();
    return addresses.take(
        before.mode(),
        same ? before.address() : Optional.empty(),
        directory.list().stream().map(l -> l.status().network()).toList());
  }

  /** Higher than what any host remembers of it: commands of its earlier life are refused. */
  private Epoch unseen(ContainerId id) {
    long highest = 0;
    boolean everybody = true;
    for (NodeView node : directory.nodes()) {
      if (node.present()) {
        highest = Math.max(highest, nymphs.epochSeen(node.node().id(), id).value());
      } else {
        everybody = false;
      }
    }
    return new Epoch(highest + (everybody ? 1 : UNSEEN_EPOCHS));
  }
}
