package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.driver.Turns;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.ChainPlace;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Has snapshots taken, each when it is its turn to be frozen on its host. Who calls it has begun an
 * operation on the container. Blocks.
 */
public final class SnapshotTaker {
  private static final Duration AWAY_MAX = Duration.ofSeconds(60);

  /** There will be another one, and until it is given up nothing else is done to the container. */
  private static final Duration AWAY_PERIODIC = Duration.ofSeconds(3);

  private final Directory directory;
  private final NymphSnapshots nymphs;
  private final SnapshotDirectory snapshots;
  private final Turns turns;

  public SnapshotTaker(
      Directory directory, NymphSnapshots nymphs, SnapshotDirectory snapshots, Turns turns) {
    this.directory = directory;
    this.nymphs = nymphs;
    this.snapshots = snapshots;
    this.turns = turns;
  }

  /**
   * Takes one.
   *
   * @param patience how long it may wait for its turn; BUSY when that is over
   */
  public Snapshot take(
      Ownership owner,
      Optional<String> label,
      Optional<ChainPlace> chain,
      Duration patience,
      Consumer<Progress> told) {
    SnapshotId id = SnapshotId.random();
    Turns.Holder turn = Turns.Holder.of(owner, id);
    turns
        .await(turn, patience)
        .ifPresent(other -> {
          throw new FailureException(
              Failure.refused(
                  FailureCode.BUSY,
                  "container '"
                      + other.name()
                      + "' ("
                      + other.id()
                      + ") is to be frozen; of a host's containers one is at a time",
                  "try again when that is over"));
        });
    try {
      var take = new SnapshotCommand.Take(id, owner.id(), label, chain);
      var result =
          nymphs.perform(
              owner.owner(),
              Optional.of(owner.epoch()),
              take,
              chain.isPresent() ? AWAY_PERIODIC : AWAY_MAX,
              progress -> {
                // Something is stored only when it runs again.
                if (progress.bytesDone() > 0) {
                  turns.leave(turn);
                }
                told.accept(progress);
              });
      return stored(owner.owner(), (SnapshotResult.Stored) result);
    } finally {
      turns.leave(turn);
    }
  }

  private Snapshot stored(NodeId node, SnapshotResult.Stored stored) {
    stored.container().ifPresent(status -> directory.accept(node, status));
    snapshots.added(node, stored.snapshot());
    return stored.snapshot();
  }
}
