package io.nereid.port;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What transfer does for the nymph of the same process. All methods block: call them from a virtual
 * thread. Failures are {@link io.nereid.domain.failure.FailureException}s.
 */
public interface TransferPort {
  /** Opens a session; the same migration twice gives the same ticket. */
  TransferTicket open(ReceiveRequest request);

  /**
   * Sends and returns when the receiver has verified everything. A broken connection is made again
   * and continues where it stopped, until it has been down for too long (CONNECTION_LOST).
   */
  SendReport send(SendRequest request, Consumer<Progress> progress);

  /** Ends sends of this migration: they fail with CANCELLED. Does nothing when there is none. */
  void cancel(MigrationId migration);

  /** A set that is complete at this receiver; PROTOCOL when it is not. */
  ReceivedSet received(MigrationId migration, SetLabel label);

  /**
   * The sets of label {@link SetLabel#ROUND} that are complete at this receiver, the oldest first.
   */
  List<ReceivedSet> rounds(MigrationId migration);

  /** Ends a receiving session and removes what it staged and nobody took over. Idempotent. */
  void close(MigrationId migration);

  /**
   * Takes over an immutable directory of CRIU images as base for later transfers of this container,
   * replacing the previous one. The directory is moved below the store.
   */
  void retain(ContainerId container, Path images);

  /** Drops what {@link #retain} keeps for this container. Idempotent. */
  void forget(ContainerId container);

  /**
   * Lends other hosts what is here of these snapshots and layers, as long as they ask; NOT_FOUND
   * when nothing is.
   *
   * @param self this host's name
   */
  Loan lend(NodeId self, List<SnapshotId> snapshots, List<String> layers);

  /**
   * Makes this host a holder of a snapshot that others lend, and of its layers: completely, or not
   * at all. Only what this host's store does not have is fetched, from all lenders at once; every
   * piece is compared with its digest.
   *
   * @param snapshot everything but the sizes
   * @return the same with its sizes
   */
  Snapshot fetch(Snapshot snapshot, List<Loan> loans, Consumer<Progress> progress);

  /**
   * Has other hosts help a receiving session: what they lend is fetched from them beside what the
   * sender sends, when that is sooner. What they do not give is sent by the sender, so this never
   * makes a session fail. Returns when it is known what they have.
   */
  void help(MigrationId migration, List<Loan> loans);

  /** Bytes of content that each of them has given to a session. */
  Map<NodeId, Long> helped(MigrationId migration);

  /** Copies a root file system into the layer store; returns its digest. */
  String importLayer(Path rootfs);

  /** Where a layer is, for use as an overlay's lower directory. NOT_FOUND when absent. */
  Path layer(String digest);

  /** Digests of all layers that are here, sorted. */
  List<String> layers();

  /** Bytes of content of a layer. */
  long layerBytes(String digest);
}
