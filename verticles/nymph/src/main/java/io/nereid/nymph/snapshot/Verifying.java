package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.SnapshotCheck;
import io.nereid.port.SnapshotPort;
import io.nereid.port.Tree;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Compares a snapshot of this host with its digests; what is damaged comes from others. Blocks. */
final class Verifying {
  private static final Logger LOG = LoggerFactory.getLogger(Verifying.class);
  private final SnapshotParts parts;
  private final Fetching fetching;

  Verifying(SnapshotParts parts) {
    this.parts = parts;
    this.fetching = new Fetching(parts);
  }

  SnapshotResult.Verified verify(
      MigrationId operation, SnapshotCommand.Verify wanted, Consumer<Progress> told) {
    Optional<SnapshotPort.Repair> repair =
        wanted.repairFrom().isEmpty()
            ? Optional.empty()
            : Optional.of(id -> fromFirst(operation, wanted, told));
    try {
      List<SnapshotCheck> checks =
          parts
              .store()
              .verify(
                  Optional.of(wanted.snapshot().id()),
                  repair,
                  done -> told.accept(Taking.progress(done)));
      return new SnapshotResult.Verified(checks.getFirst());
    } finally {
      parts.moves().transfer().close(operation);
    }
  }

  /** From the first holder that can give it; nothing when none can. */
  private List<Tree> fromFirst(
      MigrationId operation, SnapshotCommand.Verify wanted, Consumer<Progress> told) {
    for (NodeId holder : wanted.repairFrom()) {
      try {
        return fetching.trees(operation, holder, wanted.snapshot(), told).entrySet().stream()
            .map(e -> new Tree(e.getKey(), e.getValue()))
            .toList();
      } catch (FailureException e) {
        LOG.info("snapshot {} from {}: {}", wanted.snapshot().id(), holder, e.getMessage());
        parts.moves().transfer().close(operation);
      }
    }
    return List.of();
  }
}
