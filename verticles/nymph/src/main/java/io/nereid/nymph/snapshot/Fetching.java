package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.TreeKind;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.SnapshotMessages.Identity;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Has the host that holds a snapshot send it here. Blocks. */
final class Fetching {
  private static final long SILENT_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private static final long MARGIN_BYTES = 1L << 30;
  private final SnapshotParts parts;

  Fetching(SnapshotParts parts) {
    this.parts = parts;
  }

  /**
   * A snapshot's trees, with the layers that it needs, in a receiving session that the caller
   * closes.
   */
  Map<TreeKind, Path> trees(
      MigrationId operation, NodeId holder, Snapshot s, Consumer<Progress> told) {
    Fence fence = new Fence(new Term(1), s.epoch());
    long most = 2 * (s.sizes().total() + MARGIN_BYTES);
    TransferTicket ticket =
        parts.moves().transfer().open(new ReceiveRequest(operation, s.container(), fence, most));
    Identity as = new Identity(s.container(), s.name(), s.network());
    fetch(operation, holder, new SnapshotCommand.Send(s.id(), ticket, as), told);
    return new EnumMap<>(parts.moves().transfer().received(operation, SetLabel.FINAL).roots());
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
