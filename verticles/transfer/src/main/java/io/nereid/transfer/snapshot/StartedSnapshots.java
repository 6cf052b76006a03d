package io.nereid.transfer.snapshot;

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
import java.util.function.Supplier;

/**
 * A store that is opened later.
 *
 * @param store fails as long as it is not open
 */
public record StartedSnapshots(Supplier<SnapshotStore> store) implements SnapshotPort {
  @Override
  public Snapshot put(
      Snapshot draft,
      List<Tree> trees,
      Optional<BasedOn> based,
      long begunNanos,
      LongConsumer done) {
    return store.get().put(draft, trees, based, begunNanos, done);
  }

  @Override
  public Optional<Hold> hold(SnapshotId id) {
    return store.get().hold(id);
  }

  @Override
  public List<Snapshot> all() {
    return store.get().all();
  }

  @Override
  public Snapshot get(SnapshotId id) {
    return store.get().get(id);
  }

  @Override
  public long version() {
    return store.get().version();
  }

  @Override
  public Map<TreeKind, Path> unpack(SnapshotId id, Path into, LongConsumer done) {
    return store.get().unpack(id, into, done);
  }

  @Override
  public void remove(SnapshotId id) {
    store.get().remove(id);
  }

  @Override
  public List<SnapshotCheck> verify(
      Optional<SnapshotId> only, Optional<Repair> repair, LongConsumer done) {
    return store.get().verify(only, repair, done);
  }
}
