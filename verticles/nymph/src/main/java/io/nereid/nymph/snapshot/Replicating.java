package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.Tree;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this host a holder of a snapshot that others hold: completely or not at all. Blocks. */
final class Replicating {
  private static final Logger LOG = LoggerFactory.getLogger(Replicating.class);
  private final SnapshotParts parts;
  private final Fetching fetching;
  private final Set<SnapshotId> arriving = new HashSet<>();

  Replicating(SnapshotParts parts) {
    this.parts = parts;
    this.fetching = new Fetching(parts);
  }

  SnapshotResult.Stored replicate(
      MigrationId operation, SnapshotCommand.Replicate wanted, Consumer<Progress> told) {
    SnapshotId id = wanted.snapshot().id();
    synchronized (arriving) {
      if (!arriving.add(id)) {
        throw new FailureException(
            Failure.refused(
                FailureCode.BUSY,
                "snapshot " + id + " is arriving at host " + parts.paths().node() + " already",
                "wait until it has"));
      }
    }
    try {
      Optional<Snapshot> here =
          parts.store().all().stream().filter(s -> s.id().equals(id)).findFirst();
      return new SnapshotResult.Stored(
          here.orElseGet(() -> fromFirst(operation, wanted, told)), Optional.empty());
    } finally {
      synchronized (arriving) {
        arriving.remove(id);
      }
    }
  }

  /** From the first holder that can give it. */
  private Snapshot fromFirst(
      MigrationId operation, SnapshotCommand.Replicate wanted, Consumer<Progress> told) {
    List<NodeId> others =
        wanted.holders().stream().filter(h -> !h.equals(parts.paths().node())).distinct().toList();
    FailureException last =
        new FailureException(
            Failure.refused(
                FailureCode.NOT_FOUND,
                "no other host is known to hold snapshot " + wanted.snapshot().id(),
                "look at 'nereid snapshots -a'"));
    for (NodeId holder : others) {
      try {
        return from(operation, holder, wanted.snapshot(), told);
      } catch (FailureException e) {
        if (e.failure().code() == FailureCode.NO_SPACE) {
          throw e;
        }
        LOG.info("snapshot {} from {}: {}", wanted.snapshot().id(), holder, e.getMessage());
        last = e;
      }
    }
    throw last;
  }

  private Snapshot from(
      MigrationId operation, NodeId holder, Snapshot snapshot, Consumer<Progress> told) {
    long begun = System.nanoTime();
    try {
      List<Tree> trees =
          fetching.trees(operation, holder, snapshot, told).entrySet().stream()
              .map(e -> new Tree(e.getKey(), e.getValue()))
              .toList();
      parts.moves().faults().pass("nymph.Replicate.arrived");
      Snapshot held = parts.store().put(snapshot, trees, begun, done -> {});
      LOG.info(
          "snapshot {} of container {} arrived from {} in {} ms, {} bytes of {} were new",
          held.id(),
          held.container(),
          holder,
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun),
          held.sizes().unique(),
          held.sizes().total());
      return held;
    } finally {
      parts.moves().transfer().close(operation);
    }
  }
}
