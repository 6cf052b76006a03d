package io.nereid.nymph.snapshot;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces a running container by what it was. Everything that can fail beforehand is tried while
 * it runs; then a mark with which it can be brought up again is written, the container is removed,
 * and the earlier state is restored, or, when that fails, the present one. A daemon that finds a
 * mark brings the present one up. Blocks.
 */
final class Rewinding {
  private static final Logger LOG = LoggerFactory.getLogger(Rewinding.class);
  private static final Duration OTHERS_LIMIT = Duration.ofSeconds(10);
  private static final long AGAIN_MS = 1_000;
  private static final int ATTEMPTS_MAX = 5;
  private final SnapshotParts parts;
  private final Thawing thawing;
  private final BringingUp bringingUp;
  private final RewindMarks marks;
  private final CountDownLatch closed = new CountDownLatch(1);

  Rewinding(SnapshotParts parts, Thawing thawing, BringingUp bringingUp) {
    this.parts = parts;
    this.thawing = thawing;
    this.bringingUp = bringingUp;
    this.marks = new RewindMarks(parts.paths().data().resolve("rewinds"));
  }

  SnapshotResult rewind(
      MigrationId operation, SnapshotCommand.Rewind rewind, Fence fence, Consumer<Progress> told) {
    ContainerId id = rewind.as().id();
    parts.core().epochs().check(fence, id);
    prove(operation, rewind.to().id(), told);
    Snapshot present = parts.store().get(rewind.present());
    var mark = new RewindMarks.Mark(rewind.as(), present.id(), rewind.policy());
    alone(
        id,
        () -> {
          require(parts.core().store().get(id));
          marks.set(mark);
        });
    try {
      pass("marked");
      alone(id, () -> parts.core().life().erase(id));
      pass("removed");
      bringUp(operation, mark, rewind.to(), fence, told);
    } catch (RuntimeException e) {
      throw new FailureException(back(mark, present, fence, FailureException.failureOf(e)), e);
    }
    pass("restored");
    settled(mark);
    LOG.info("container {} is again what it was in {}", id, rewind.to().id());
    return new SnapshotResult.Restored(parts.core().view().of(id));
  }

  private void alone(ContainerId id, Runnable action) {
    parts
        .core()
        .executor()
        .runWhenFree(
            id,
            "rewind",
            OTHERS_LIMIT,
            () -> {
              action.run();
              return null;
            });
  }

  private void pass(String point) {
    parts.moves().faults().pass("nymph.Rewind." + point);
  }

  /** All of its content is read and compared, while the container still runs. */
  private void prove(MigrationId operation, SnapshotId to, Consumer<Progress> told) {
    Path directory = thawing.unpacked(operation.value() + "-proof");
    try {
      Files.createDirectories(directory);
      parts.store().unpack(to, directory, done -> told.accept(Taking.progress(done)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + directory, e);
    } finally {
      parts.core().basics().delete().delete(directory);
    }
  }

  private static void require(ContainerRecord record) {
    if (record.hold().isPresent() || record.stage() != ContainerRecord.Stage.READY) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY,
              "cannot rewind container "
                  + record.name()
                  + ": it is "
                  + (record.hold().isPresent() ? "held by a migration" : record.stage()),
              "try again in a moment"));
    }
  }

  private void bringUp(
      MigrationId operation,
      RewindMarks.Mark mark,
      Snapshot snapshot,
      Fence fence,
      Consumer<Progress> told) {
    var restore = new SnapshotCommand.Restore(snapshot, parts.paths().node(), mark.as());
    bringingUp.restore(operation, restore, fence, told);
  }

  private Failure back(RewindMarks.Mark mark, Snapshot present, Fence fence, Failure why) {
    if (isReady(mark.as().id())) {
      settled(mark);
      return new Failure(
          why.code(),
          Certainty.RAN_AND_FAILED,
          why.message() + "; the container runs on",
          why.remedy(),
          why.evidence());
    }
    if (why.certainty() != Certainty.UNKNOWN) {
      try {
        clear(mark.as().id());
        bringUp(MigrationId.random(), mark, present, fence, told -> {});
        settled(mark);
        return new Failure(
            why.code(),
            Certainty.RAN_AND_FAILED,
            why.message() + "; the container goes on from snapshot " + present.id(),
            why.remedy(),
            why.evidence());
      } catch (FailureException e) {
        LOG.error("container {} is not back yet: {}", mark.as().id(), e.getMessage());
      }
    }
    settleLater(mark);
    return new Failure(
        why.code(),
        Certainty.UNKNOWN,
        why.message() + "; its state before is in snapshot " + present.id() + " and is tried again",
        "look at 'nereid ps -a'",
        why.evidence());
  }

  /** It runs; what it was in the snapshot does not count for how it is protected. */
  private void settled(RewindMarks.Mark mark) {
    ContainerId id = mark.as().id();
    alone(id, () -> parts.core().store().update(id, r -> r.withPolicy(mark.policy())));
    marks.clear(id);
  }

  private boolean isReady(ContainerId id) {
    return parts.core().store().find(id, ContainerRecord.Stage.READY).isPresent();
  }

  /** What a removal has left that was broken off. */
  private void clear(ContainerId id) {
    alone(
        id,
        () -> {
          if (parts.core().store().find(id, ContainerRecord.Stage.REMOVING).isPresent()) {
            parts.core().life().erase(id);
          }
        });
  }

  /** Containers of which there is nothing but a mark: they are coming back. */
  List<ContainerStatus> returning() {
    return marks.all().stream()
        .filter(mark -> parts.core().store().find(mark.as().id()).isEmpty())
        .map(this::returning)
        .toList();
  }

  private ContainerStatus returning(RewindMarks.Mark mark) {
    Optional<Snapshot> present =
        parts.store().all().stream().filter(s -> s.id().equals(mark.present())).findFirst();
    return new ContainerStatus(
        mark.as().id(),
        mark.as().name(),
        ContainerState.RESTORING,
        parts.core().epochs().epoch(mark.as().id()),
        Optional.empty(),
        Optional.empty(),
        mark.as().network(),
        present.map(Snapshot::command).orElse(List.of()),
        present.map(Snapshot::taken).orElse(parts.moves().clock().instant()),
        Optional.empty(),
        0,
        Optional.empty(),
        mark.policy());
  }

  /** After a restart: what an earlier daemon has not finished. Returns at once. */
  void resume() {
    marks.all().forEach(this::settleLater);
  }

  /** Nothing is tried any more; the next daemon finds the marks. */
  void close() {
    closed.countDown();
  }

  private void settleLater(RewindMarks.Mark mark) {
    Thread.ofVirtual().name("rewind-" + mark.as().id()).start(() -> settle(mark));
  }

  private void settle(RewindMarks.Mark mark) {
    int failed = 0;
    try {
      while (!closed.await(AGAIN_MS, TimeUnit.MILLISECONDS)) {
        try {
          if (isSettled(mark)) {
            return;
          }
        } catch (RuntimeException e) {
          Failure failure = FailureException.failureOf(e);
          LOG.warn("container {} is not back yet: {}", mark.as().id(), failure);
          boolean definite = failure.certainty() == Certainty.RAN_AND_FAILED;
          failed += definite ? 1 : 0;
          if (failed >= ATTEMPTS_MAX) {
            LOG.error(
                "container {} cannot be brought back here; 'nereid restore {}' does it elsewhere",
                mark.as().id(),
                mark.present());
            marks.clear(mark.as().id());
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isSettled(RewindMarks.Mark mark) {
    ContainerId id = mark.as().id();
    clear(id);
    if (isReady(id)) {
      settled(mark);
      return true;
    }
    if (parts.core().store().find(id).isPresent()) {
      // A restore is under way, or is being found out about.
      return false;
    }
    Optional<NodeId> owner = parts.owner().apply(id);
    if (owner.isPresent() && !owner.get().equals(parts.paths().node())) {
      LOG.info("container {} has been brought up on host '{}' meanwhile", id, owner.get());
      marks.clear(id);
      return true;
    }
    Fence now = new Fence(parts.core().epochs().term(), parts.core().epochs().epoch(id));
    bringUp(MigrationId.random(), mark, parts.store().get(mark.present()), now, told -> {});
    settled(mark);
    LOG.info("container {} goes on from {}: its rewind was broken off", id, mark.present());
    return true;
  }
}
