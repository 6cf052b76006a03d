package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Has the host that holds a snapshot send it here. Blocks. */
final class Fetching {
  private static final long SILENT_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private final SnapshotParts parts;

  Fetching(SnapshotParts parts) {
    this.parts = parts;
  }

  /** Returns when everything has arrived and was verified. */
  void fetch(
      MigrationId operation, NodeId holder, SnapshotCommand.Send send, Consumer<Progress> told) {
    long silentSince = 0;
    boolean begin = true;
    while (true) {
      SnapshotReply reply;
      try {
        reply =
            parts
                .ask()
                .apply(
                    holder,
                    new SnapshotRequest(
                        operation, begin, Optional.empty(), send, Addresses.LONG_POLL_MS));
        silentSince = 0;
      } catch (FailureException e) {
        // Silence of the bus tells nothing about the stream.
        silentSince = silentSince == 0 ? System.nanoTime() : silentSince;
        boolean definite = e.failure().certainty() == Certainty.RAN_AND_FAILED;
        if (definite || System.nanoTime() - silentSince > SILENT_NANOS_MAX) {
          throw new FailureException(e.failure().during("asking host " + holder + " for it"), e);
        }
        begin &= e.failure().certainty() == Certainty.DID_NOT_RUN;
        LockSupport.parkNanos(AGAIN_NANOS);
        continue;
      }
      begin = false;
      switch (reply) {
        case SnapshotReply.Running running -> told.accept(running.progress());
        case SnapshotReply.Done done -> {
          return;
        }
        case SnapshotReply.Failed failed ->
            throw new FailureException(failed.failure().during("sending it from host " + holder));
      }
    }
  }
}
