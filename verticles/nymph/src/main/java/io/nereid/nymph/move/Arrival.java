package io.nereid.nymph.move;

import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.nymph.conmon.ConmonRequest;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.criu.Checkpointer;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.nymph.pages.LazyPages;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  Arrival(MoveParts parts, IncomingStore incoming) {
    this.parts = parts;
    this.incoming = incoming;
  }

  /**
   * Restores under a granted epoch. A definite failure leaves nothing; after an unknown one the
   * runtime may still be at it.
   */
  StepResult restore(Incoming entry, Epoch epoch) {
    ContainerId id = entry.container();
    ReceivedSet set = parts.transfer().received(entry.migration(), SetLabel.FINAL);
    Incoming begun = entry.at(Incoming.Stage.RESTORING, epoch);
    incoming.save(begun);
    Path work = work(entry);
    try {
      ContainerRecord record = unpack(begun, set);
      parts.core().runtime().prepare(record, true);
      Files.createDirectories(work);
      Path images = root(set, TreeKind.IMAGES);
      boolean lazy = ImageChain.isChained(images) && provide(entry, images, work);
      bringUp(record, images, work, lazy);
      return arrived(begun, record);
    } catch (IOException e) {
      throw failed(begun, Failure.of(FailureCode.NO_SPACE, "cannot make " + work + ": " + e, ""));
    } catch (RuntimeException e) {
      Failure plain = FailureException.failureOf(e);
      Failure failure =
          parts
              .checkpointer()
              .explain(
                  "restore on host " + parts.paths().node(),
                  plain,
                  work.resolve("restore.log"),
                  id);
      throw failed(begun, failure);
    }
  }

  private ContainerRecord unpack(Incoming entry, ReceivedSet set) throws IOException {
    ContainerDirs dirs = parts.paths().container(entry.container());
    Path bundle = root(set, TreeKind.BUNDLE);
    Luggage luggage = Luggage.unpack(bundle, entry);
    MigrationHold hold =
        new MigrationHold(entry.migration(), MigrationHold.Role.TARGET, entry.source());
    Files.createDirectories(dirs.base());
    ContainerRecord record =
        parts.core().store().save(luggage.arriving().withHold(Optional.of(hold)));
    Files.createDirectories(dirs.userConfig().getParent());
    move(bundle.resolve(Luggage.CONFIG), dirs.userConfig());
    move(root(set, TreeKind.UPPER), dirs.upper());
    move(root(set, TreeKind.LOG), dirs.log().getParent());
    return record;
  }

  private Path aheadImages(Incoming entry) {
    return root(parts.transfer().received(entry.migration(), SetLabel.AHEAD), TreeKind.IMAGES);
  }

  private static Path root(ReceivedSet set, TreeKind kind) {
    Path root = set.roots().get(kind);
    if (root == null) {
      throw new FailureException(
          Failure.of(FailureCode.PROTOCOL, "nothing of kind " + kind + " has arrived", ""));
    }
    return root;
  }

  private static void move(Path from, Path to) throws IOException {
    Files.deleteIfExists(to);
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Makes the memory that came in parts available to the restore.
   *
   * @return whether it comes page by page, while the container runs
   */
  private boolean provide(Incoming entry, Path images, Path work) throws IOException {
    Path ahead = aheadImages(entry);
    if (parts.lazyPages().isPrepared(work)) {
      try {
        parts.lazyPages().begin(work, images, List.of(images.resolve(ImageChain.MEMORY), ahead));
        LOG.info("container {} runs before its memory is in place", entry.container());
        return true;
      } catch (FailureException e) {
        LOG.warn("container {} waits for its memory: {}", entry.container(), e.getMessage());
        parts.lazyPages().end(work);
      }
    }
    ImageChain.link(images, ahead);
    return false;
  }

  private void bringUp(ContainerRecord record, Path images, Path work, boolean lazy) {
    List<String> options = new ArrayList<>(List.of("--detach", "--work-path=" + work));
    options.addAll(Checkpointer.options(TcpPolicy.moves(parts, record)));
    if (lazy) {
      options.add("--lazy-pages");
    }
    parts
        .core()
        .conmon()
        .bringUp(
            ConmonRequest.restore(
                record.id(),
                parts.paths().container(record.id()),
                record.terminal(),
                images,
                options,
                parts.checkpointer().wrapper(),
                parts.checkpointer().deadline()));
    if (parts.core().runtime().pid(record.id()).isEmpty()) {
      throw new FailureException(
          Failure.of(
              FailureCode.CRIU_FAILED,
              "the runtime restored container " + record.name() + ", but it does not run",
              ""));
    }
  }

  private StepResult arrived(Incoming entry, ContainerRecord record) {
    ContainerId id = record.id();
    if (record.network().mode() == NetworkMode.BRIDGE) {
      parts.core().network().unpark(id);
    }
    var at = parts.clock().instant();
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
    incoming.remove(entry.migration());
    // Slow and of no concern to anybody who waits for the container.
    Thread.ofVirtual().name("keep-images").start(() -> keepImages(entry));
    return new StepResult.Restored(at, parts.core().view().of(id));
  }

  private void keepImages(Incoming entry) {
    try {
      parts.lazyPages().discard(work(entry));
      if (!allPagesCame(entry.container(), work(entry))) {
        return;
      }
      Path images =
          root(parts.transfer().received(entry.migration(), SetLabel.FINAL), TreeKind.IMAGES);
      parts
          .transfer()
          .retain(entry.container(), ImageChain.isChained(images) ? aheadImages(entry) : images);
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
    LazyPages.End end = parts.lazyPages().awaitEnd(work, LAZY_LIMIT);
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
    parts.core().cgroups().killAll(parts.paths().cgroup(id));
    parts.lazyPages().end(work(entry));
    Optional<ContainerRecord> record = parts.core().store().find(id);
    if (record.isPresent()) {
      parts.core().runtime().takeDown(record.get());
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

  /** Whether a restore that an earlier daemon began may still bring it up. */
  boolean isUnderWay(ContainerId id) {
    boolean arriving =
        parts
            .core()
            .store()
            .find(id)
            .filter(r -> r.stage() == ContainerRecord.Stage.ARRIVING)
            .isPresent();
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
    return parts.paths().dumps(entry.container()).resolve("restore-" + entry.migration().value());
  }
}
