package io.nereid.port;

import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotCheck;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  default Snapshot put(Snapshot draft, List<Tree> trees, long begunNanos, LongConsumer done) {
    return put(draft, trees, Optional.empty(), begunNanos, done);
  }

  /**
   * The same, for little more than what has changed since an earlier one.
   *
   * @param based what the images have in common with it; it must be held
   */
  Snapshot put(
      Snapshot draft,
      List<Tree> trees,
      Optional<BasedOn> based,
      long begunNanos,
      LongConsumer done);

  /** Ends with {@link #close}. */
  interface Hold extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Keeps a snapshot from being removed, so that another one can be based on it.
   *
   * @return empty when it is not here, or not whole
   */
  Optional<Hold> hold(SnapshotId id);

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

  /** Where a damaged snapshot may be had once more. */
  interface Repair {
    /**
     * Its trees, of which what is needed is compared with its digest; empty when they cannot be
     * had.
     */
    List<Tree> trees(SnapshotId id);
  }

  /**
   * Reads everything that snapshots refer to, and compares it with its digests. What is damaged is
   * not referred to by new snapshots any more. Snapshots that are verified cannot be removed
   * meanwhile, one at a time.
   *
   * @param only one, or all
   * @param repair asked when something is damaged, to write what it has in the place of that
   * @param done told how many bytes were read
   */
  List<SnapshotCheck> verify(Optional<SnapshotId> only, Optional<Repair> repair, LongConsumer done);
}
