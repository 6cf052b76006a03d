package io.nereid.port;

import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * This host's snapshots, kept by the transfer of the same process. A snapshot is here completely or
 * not at all, also after a crash. Content that several have in common is stored once. All methods
 * block: call them from a virtual thread. Failures are {@link
 * io.nereid.domain.failure.FailureException}s.
 */
public interface SnapshotPort {
  /**
   * Stores trees; the disk has them when this returns.
   *
   * @param draft everything but the sizes
   * @param trees at most one of each kind, none of kind LAYER; they must not change meanwhile
   * @param begunNanos when it was begun, as of {@link System#nanoTime}
   * @param done told how many bytes are settled
   * @return the same with its sizes
   */
  Snapshot put(Snapshot draft, List<Tree> trees, long begunNanos, LongConsumer done);

  /** All that are here, the newest first. */
  List<Snapshot> all();

  /** One; NOT_FOUND when it is not here. */
  Snapshot get(SnapshotId id);

  /** Another number whenever {@link #all} gives something else; 0 when there is none. */
  long version();

  /**
   * Writes a snapshot's trees, each below a directory named after its kind in lower case. Every
   * chunk is compared with its digest: DIGEST_MISMATCH when one is damaged, and nothing is left.
   *
   * @param into existing empty directory
   */
  Map<TreeKind, Path> unpack(SnapshotId id, Path into, LongConsumer done);

  /** Deletes one, and of its content what no other needs. NOT_FOUND when it is not here. */
  void remove(SnapshotId id);
}
