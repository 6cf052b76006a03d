package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.snapshot.Jobs;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.JobMessages.CheckpointRequest;
import io.nereid.protocol.message.JobMessages.ExportRequest;
import io.nereid.protocol.message.JobMessages.ImportRequest;
import io.nereid.protocol.message.JobMessages.JobView;
import io.nereid.protocol.message.JobMessages.RemoveSnapshotRequest;
import io.nereid.protocol.message.JobMessages.ReplicateRequest;
import io.nereid.protocol.message.JobMessages.VerifyRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Has snapshots taken, written into archives, read from them, and deleted. Blocks. */
public final class SnapshotHandler {
  private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
  private static final int FILE_CHARS_MAX = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final NymphSnapshots nymphs;
  private final SnapshotDirectory snapshots;
  private final Jobs jobs;
  private final SnapshotTaker taker;

  public SnapshotHandler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      NymphSnapshots nymphs,
      SnapshotDirectory snapshots,
      Jobs jobs,
      SnapshotTaker taker) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.nymphs = nymphs;
    this.snapshots = snapshots;
    this.jobs = jobs;
    this.taker = taker;
  }

  /** Accepts it, or says why not. Until it has ended nothing else is done to the container. */
  public JobView checkpoint(CheckpointRequest request) {
    request.label().ifPresent(SnapshotHandler::checkLabel);
    Ownership found = Refs.find(request.ref(), ledger.all());
    Operations.Running running = operations.begin(found, "checkpoint");
    try {
      Ownership owner = Refs.find(found.id().value(), ledger.all());
      if (!directory.locationOf(owner).ownerPresent()) {
        throw Hosts.lost(owner.owner(), "host of container '" + owner.name() + "'");
      }
      return jobs.begin(
          "checkpoint of container '" + owner.name() + "'",
          Optional.empty(),
          told -> {
            try {
              Snapshot taken = taker.take(owner, request.label(), Optional.empty(), PATIENCE, told);
              return new Jobs.Outcome(Optional.of(taken), Optional.empty());
            } finally {
              running.close();
            }
          });
    } catch (RuntimeException e) {
      running.close();
      throw e;
    }
  }

  private Jobs.Outcome stored(NodeId node, SnapshotResult.Stored stored) {
    stored.container().ifPresent(status -> directory.accept(node, status));
    snapshots.added(node, stored.snapshot());
    return new Jobs.Outcome(Optional.of(stored.snapshot()), Optional.empty());
  }

  /** Writes an archive on a host. */
  public JobView export(ExportRequest request) {
    checkFile(request.file());
    SnapshotPlace place = snapshots.reachable(request.ref());
    checkHost(request.node());
    var export =
        new SnapshotCommand.Export(
            place.snapshot(), place.holder(), request.file(), request.replace());
    return jobs.begin(
        "export of snapshot " + place.snapshot().id(),
        Optional.of(place.snapshot()),
        told -> {
          nymphs.perform(request.node(), Optional.empty(), export, told);
          return new Jobs.Outcome(Optional.of(place.snapshot()), Optional.empty());
        });
  }

  /** Reads an archive on a host. */
  public JobView importArchive(ImportRequest request) {
    checkFile(request.file());
    request.label().ifPresent(SnapshotHandler::checkLabel);
    checkHost(request.node());
    var read = new SnapshotCommand.Import(SnapshotId.random(), request.file(), request.label());
    return jobs.begin(
        "import of " + request.file(),
        Optional.empty(),
        told -> {
          var result = nymphs.perform(request.node(), Optional.empty(), read, told);
          return stored(request.node(), (SnapshotResult.Stored) result);
        });
  }

  /** Makes one more host hold a snapshot. */
  public JobView replicate(ReplicateRequest request) {
    Snapshot snapshot = snapshots.reachable(request.ref()).snapshot();
    checkHost(request.node());
    var replicate =
        new SnapshotCommand.Replicate(
            snapshot,
            snapshots.holders(snapshot.id()).stream()
                .filter(SnapshotPlace::present)
                .map(SnapshotPlace::holder)
                .toList());
    return jobs.begin(
        "copy of snapshot " + snapshot.id() + " to host '" + request.node() + "'",
        Optional.of(snapshot),
        told -> {
          var result = nymphs.perform(request.node(), Optional.empty(), replicate, told);
          return stored(request.node(), (SnapshotResult.Stored) result);
        });
  }

  /** Has one host compare what it holds with its digests. */
  public JobView verify(VerifyRequest request) {
    SnapshotPlace found = snapshots.reachable(request.ref());
    SnapshotId id = found.snapshot().id();
    NodeId node = request.node().orElse(found.holder());
    List<NodeId> holders =
        snapshots.holders(id).stream()
            .filter(SnapshotPlace::present)
            .map(SnapshotPlace::holder)
            .toList();
    if (!holders.contains(node)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "host '" + node + "' does not hold snapshot " + id + ", or is away",
              "look at 'nereid snapshots -a'"));
    }
    List<NodeId> others =
        request.repair() ? holders.stream().filter(h -> !h.equals(node)).toList() : List.of();
    return jobs.begin(
        "verification of snapshot " + id + " on host '" + node + "'",
        Optional.of(found.snapshot()),
        told -> {
          var command = new SnapshotCommand.Verify(found.snapshot(), others);
          var result = nymphs.perform(node, Optional.empty(), command, told);
          return new Jobs.Outcome(
              Optional.of(found.snapshot()),
              Optional.empty(),
              Optional.of(((SnapshotResult.Verified) result).check()));
        });
  }

  /** Deletes one wherever it is held; the reply shows what it was. */
  public SnapshotPlace remove(RemoveSnapshotRequest request) {
    SnapshotPlace found = snapshots.reachable(request.ref());
    snapshots.holders(found.snapshot().id()).stream()
        .filter(SnapshotPlace::present)
        .forEach(this::remove);
    return found;
  }

  private void remove(SnapshotPlace place) {
    try {
      nymphs.perform(
          place.holder(),
          Optional.empty(),
          new SnapshotCommand.Remove(place.snapshot().id()),
          progress -> {});
    } catch (FailureException e) {
      if (e.failure().code() != FailureCode.NOT_FOUND) {
        throw e;
      }
    }
    snapshots.removed(place);
  }

  private void checkHost(NodeId node) {
    if (directory.host(node).isEmpty()) {
      throw Hosts.unknown(node);
    }
  }

  private static void checkLabel(String label) {
    if (!LABEL.matcher(label).matches() || label.startsWith("s-")) {
      throw refused(
          "a snapshot's label must be 1 to 64 letters, digits, '_', '.' or '-', beginning with a"
              + " letter or digit, and not look like an id (s-…)");
    }
  }

  private static void checkFile(String file) {
    boolean fine =
        file != null
            && file.startsWith("/")
            && file.length() <= FILE_CHARS_MAX
            && file.chars().noneMatch(Character::isISOControl);
    if (!fine) {
      throw refused("the archive must be an absolute path without control characters");
    }
  }

  private static FailureException refused(String message) {
    return new FailureException(Failure.refused(FailureCode.BAD_REQUEST, message, ""));
  }
}
