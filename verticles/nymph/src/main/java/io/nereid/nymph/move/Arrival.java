package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.pages.LazyPages;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings up what has arrived, or removes it completely. Blocks. */
final class Arrival {
  private static final Logger LOG = LoggerFactory.getLogger(Arrival.class);
  private static final Duration LATE_LIMIT = Duration.ofMinutes(10);
  private static final Duration LAZY_LIMIT = Duration.ofHours(1);
  private final MoveParts parts;
  private final IncomingStore incoming;
  private final Staging staging;

  Arrival(MoveParts parts, IncomingStore incoming) {
    this.parts = parts;
    this.incoming = incoming;
    this.staging = new Staging(parts);
  }

  /** No prepared restore will be let go any more. */
  void close() {
    staging.close();
  }

  /**
   * Prepares the restore, which is not allowed yet, of what has arrived.
   *
   * @param arrived the set that has just become complete
   */
  void stage(MigrationId migration, SetLabel arrived) {
    incoming
        .find(migration)
        .filter(i -> i.stage() == Incoming.Stage.RESERVED)
        .ifPresent(arrived == SetLabel.FILES ? staging::stageFiles : staging::stage);
  }

  /**
   * Restores under a granted epoch. A definite failure leaves nothing; after an unknown one the
   * runtime may still be at it.
   */
  StepResult restore(Incoming entry, Epoch epoch) {
    ContainerId id = entry.container();
    Incoming begun = entry.at(Incoming.Stage.RESTORING, epoch);
    incoming.save(begun);
    try {
      ContainerRecord record = staging.begin(begun);
      if (parts.core().runtime().pid(id).isEmpty()) {
        throw new FailureException(
            Failure.of(
                FailureCode.CRIU_FAILED,
                "the runtime restored container " + record.name() + ", but it does not run",
                ""));
      }
      return arrived(begun, record);
    } catch (RuntimeException e) {
      Failure plain = FailureException.failureOf(e);
      Failure failure =
          parts
              .checkpointer()
              .explain(
                  "restore on host " + parts.paths().node(),
                  plain,
                  work(entry).resolve("restore.log"),
                  id);
      throw failed(begun, failure);
    }
  }

  private StepResult arrived(Incoming entry, ContainerRecord record) {
    ContainerId id = record.id();
    if (record.network().mode() == NetworkMode.BRIDGE) {
      parts.core().network().unpark(id);
    }
    var at = parts.clock().instant();
    parts.core().volumes().moves().arrived(id);
    parts
        .core()
        .store()
        .update(
            id,
            r ->
                r.withStage(ContainerRecord.Stage.READY)
                    .withStart(record.started().orElse(at))
                    .withMoves(record.moves() + 1)
                    .withHold(Optional.empty()));
    Map<NodeId, Long> helped = helped(entry.migration());
    incoming.remove(entry.migration());
    // Slow and of no concern to anybody who waits for the container.
    Thread.ofVirtual().name("keep-images").start(() -> keepImages(entry));
    return new StepResult.Restored(at, parts.core().view().of(id), helped);
  }

  private Map<NodeId, Long> helped(MigrationId migration) {
    try {
      return parts.transfer().helped(migration);
    } catch (FailureException e) {
      // After a restart of this daemon it is not known any more.
      return Map.of();
    }
  }

  private void keepImages(Incoming entry) {
    try {
      parts.lazyPages().discard(work(entry));
      if (!allPagesCame(entry.container(), work(entry))) {
        return;
      }
      Path images =
          Staging.root(
              parts.transfer().received(entry.migration(), SetLabel.FINAL), TreeKind.IMAGES);
      parts
          .transfer()
          .retain(
              entry.container(),
              ImageChain.isChained(images) ? Staging.aheadImages(parts, entry) : images);
      parts.transfer().close(entry.migration());
      parts.core().basics().delete().delete(work(entry));
    } catch (RuntimeException e) {
      LOG.warn("the images of {} are not kept as base for the way back", entry.container(), e);
    }
  }

  /**
   * Waits until the memory is in place. If that fails, the container may not go on: the kernel
   * would give it empty pages.
   */
  private boolean allPagesCame(ContainerId id, Path work) {
    LazyPages.End end = LazyPages.End.LATE;
    while (end == LazyPages.End.LATE) {
      end = parts.lazyPages().awaitEnd(work, LAZY_LIMIT);
    }
    if (end == LazyPages.End.COMPLETE) {
      unmark(id);
    }
    if (end == LazyPages.End.BROKEN && parts.core().runtime().pid(id).isPresent()) {
      parts.core().runtime().freeze(id);
      LOG.error(
          "container {} is paused for good: CRIU's lazy-pages daemon ended before all memory was in"
              + " place; its log is in {}",
          id,
          work);
    }
    return end == LazyPages.End.COMPLETE;
  }

  private void unmark(ContainerId id) {
    try {
      Files.deleteIfExists(parts.paths().container(id).outstanding());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the mark of container " + id, e);
    }
  }

  /** After a restart: goes on watching over containers whose memory an earlier daemon brought. */
  void watchPages(ContainerId id) {
    for (Path work : WholeMemory.workDirectories(parts, id)) {
      Thread.ofVirtual()
          .name("watch-pages")
          .start(() -> {
            if (allPagesCame(id, work)) {
              parts.core().basics().delete().delete(work);
            }
          });
    }
  }

  private FailureException failed(Incoming entry, Failure failure) {
    if (failure.certainty() == Certainty.UNKNOWN && isUnderWay(entry.container())) {
      return new FailureException(failure);
    }
    clean(entry);
    return new FailureException(
        new Failure(
            failure.code(),
            Certainty.RAN_AND_FAILED,
            failure.message(),
            failure.remedy(),
            failure.evidence()));
  }

  /** Removes everything of it; nothing of it runs or will run. */
  void clean(Incoming entry) {
    ContainerId id = entry.container();
    staging.giveUp(entry);
    parts.core().cgroups().killAll(parts.paths().cgroup(id));
    parts.lazyPages().end(work(entry));
    Optional<ContainerRecord> record = parts.core().store().find(id);
    if (record.isPresent()) {
      parts.core().runtime().takeDown(record.get());
      parts.core().volumes().moves().drop(id);
      parts.core().runtime().deleteFiles(id, Optional.empty());
      parts.core().store().forget(id);
    } else if (entry.move().network().mode() != NetworkMode.HOST) {
      parts.core().network().remove(id);
    }
    parts.transfer().close(entry.migration());
    parts.core().basics().delete().delete(parts.paths().dumps(id));
    incoming.remove(entry.migration());
    LOG.info("nothing is left here of {} of container {}", entry.migration(), id);
  }

  /** Removes one that has arrived and goes on elsewhere; returns when nothing of it runs. */
  void removeArrived(MigrationId migration, ContainerId id) {
    parts.core().cgroups().killAll(parts.paths().cgroup(id));
    parts.lazyPages().end(work(parts, migration, id));
    parts.core().runtime().takeDown(parts.core().store().get(id));
    parts.core().volumes().moves().drop(id);
    parts.core().runtime().deleteFiles(id, Optional.empty());
    parts.core().store().forget(id);
    parts.transfer().close(migration);
    parts.core().basics().delete().delete(parts.paths().dumps(id));
    LOG.warn("container {}, which came by {}, goes on where it was: removed here", id, migration);
  }

  /** Whether a restore that an earlier daemon began may still bring it up. */
  boolean isUnderWay(ContainerId id) {
    boolean arriving = parts.core().store().find(id, ContainerRecord.Stage.ARRIVING).isPresent();
    return arriving && parts.core().conmon().isAlive(id);
  }

  /** Waits until such a restore has ended, one way or the other. */
  void awaitUnderWay(ContainerId id) {
    if (!isUnderWay(id)) {
      return;
    }
    boolean ended =
        parts
            .core()
            .basics()
            .watch()
            .await(
                parts.paths().container(id).run(),
                () -> !isUnderWay(id) || parts.core().runtime().pid(id).isPresent(),
                LATE_LIMIT);
    if (!ended) {
      throw new FailureException(
          Failure.unknown(
              FailureCode.TIMEOUT,
              "a restore of container " + id + " has been under way for too long",
              "look at the runc and criu processes on the host"));
    }
  }

  /** What has become of a restore that an earlier daemon began. */
  void examine(Incoming entry) {
    ContainerId id = entry.container();
    awaitUnderWay(id);
    Optional<ContainerRecord> record = parts.core().store().find(id);
    if (record.isPresent() && record.get().stage() == ContainerRecord.Stage.READY) {
      incoming.remove(entry.migration());
    } else if (record.isPresent() && parts.core().runtime().pid(id).isPresent()) {
      LOG.info("container {} was restored by the last daemon and runs", id);
      arrived(entry, record.get());
    } else {
      clean(entry);
    }
  }

  /** Where CRIU works for this restore. */
  Path work(Incoming entry) {
    return work(parts, entry);
  }

  static Path work(MoveParts parts, Incoming entry) {
    return work(parts, entry.migration(), entry.container());
  }

  static Path work(MoveParts parts, MigrationId migration, ContainerId id) {
    return parts.paths().dumps(id).resolve("restore-" + migration.value());
  }
}
