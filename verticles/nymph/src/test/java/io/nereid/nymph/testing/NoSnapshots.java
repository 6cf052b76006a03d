package io.nereid.nymph.testing;

import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotCheck;
import io.nereid.port.BasedOn;
import io.nereid.port.SnapshotPort;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/** A host without snapshots. */
public final class NoSnapshots implements SnapshotPort {
  @Override
  public Snapshot put(
      Snapshot draft,
      List<Tree> trees,
      Optional<BasedOn> based,
      long begunNanos,
      LongConsumer done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Hold> hold(SnapshotId id) {
    return Optional.empty();
  }

  @Override
  public List<Snapshot> all() {
    return List.of();
  }

  @Override
  public Snapshot get(SnapshotId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long version() {
    return 0;
  }

  @Override
  public Map<TreeKind, Path> unpack(SnapshotId id, Path into, LongConsumer done) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void remove(SnapshotId id) {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<SnapshotCheck> verify(
      Optional<SnapshotId> only, Optional<Repair> repair, LongConsumer done) {
    return List.of();
  }
}
