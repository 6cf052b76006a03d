package io.nereid.nymph.snapshot;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.nymph.move.FrozenDump;
import io.nereid.nymph.move.ImageChain;
import io.nereid.nymph.move.Luggage;
import io.nereid.nymph.move.WholeMemory;
import io.nereid.nymph.pages.FlatImages;
import io.nereid.port.BasedOn;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a snapshot of a container that runs on: its memory is read while it runs, then it is frozen
 * for as long as it takes to write down everything else and what has changed, and all that is
 * expensive happens after it has been thawed. Blocks.
 */
final class Taking {
  private static final Logger LOG = LoggerFactory.getLogger(Taking.class);
  private static final Duration OTHERS_LIMIT = Duration.ofSeconds(10);
  private static final String VOLUMES = "volumes";
  private static final long WORDS_BYTES_MAX = 16L << 10;
  private final SnapshotParts parts;
  private final Thawing thawing;
  private final FrozenDump dump;
  private final WholeMemory whole;
  private final KeptMemory kept;

  Taking(SnapshotParts parts, Thawing thawing) {
    this.parts = parts;
    this.thawing = thawing;
    this.dump = new FrozenDump(parts.moves());
    this.whole = new WholeMemory(parts.moves());
    this.kept = new KeptMemory(parts.store(), this::isRunning);
  }

  private boolean isRunning(ContainerId id) {
    return parts.core().store().find(id).filter(r -> !processes(r).isEmpty()).isPresent();
  }

  /**
   * What was there when it was frozen.
   *
   * @param memory where it was written while it ran, the newest first
   * @param frozen what it was; absent when CRIU has written it
   */
  private record Moment(
      ContainerRecord record,
      List<VolumeName> volumes,
      Instant at,
      long freezeMs,
      List<Path> memory,
      Optional<MemorySnapshot> frozen) {}

  SnapshotResult.Stored take(SnapshotCommand.Take take, Fence fence, Consumer<Progress> told) {
    long begun = System.nanoTime();
    Path directory = thawing.taking(take.id().value());
    Optional<KeptMemory.Known> base = kept.take(take.container());
    Optional<MemorySnapshot> frozen = Optional.empty();
    try {
      Moment moment =
          parts
              .core()
              .executor()
              .runWhenFree(
                  take.container(),
                  "checkpoint",
                  OTHERS_LIMIT,
                  () -> {
                    parts.core().epochs().check(fence, take.container());
                    return capture(take, base, directory);
                  });
      frozen = moment.frozen();
      pass("thawed");
      Snapshot snapshot = store(take, moment, base, directory, begun, told);
      LOG.info(
          "snapshot {} of container {}: frozen for {} ms, {} bytes, {} of them new, {}",
          snapshot.id(),
          snapshot.container(),
          snapshot.freezeMs(),
          snapshot.sizes().total(),
          snapshot.sizes().unique(),
          base.map(b -> "on the base of " + b.base()).orElse("all of it was read"));
      if (frozen.isPresent()) {
        kept.keep(record(moment), snapshot.id(), frozen.get(), images(directory));
        frozen = Optional.empty();
      }
      return new SnapshotResult.Stored(
          snapshot, Optional.of(parts.core().view().of(take.container())));
    } finally {
      base.ifPresent(KeptMemory.Known::close);
      frozen.ifPresent(MemorySnapshot::close);
      parts.core().basics().delete().delete(directory);
    }
  }

  private static ContainerId record(Moment moment) {
    return moment.record().id();
  }

  private static Path images(Path directory) {
    return directory.resolve("dump").resolve("images");
  }

  /** What waits for a freeze ends. */
  void close() {
    dump.close();
    kept.close();
  }

  private void pass(String point) {
    parts.moves().faults().pass("nymph.Take." + point);
  }

  private Moment capture(
      SnapshotCommand.Take take, Optional<KeptMemory.Known> base, Path directory) {
    ContainerRecord record = parts.core().store().get(take.container());
    require(record);
    whole.require(record);
    ContainerDirs dirs = parts.paths().container(record.id());
    try {
      Luggage.pack(record, 0, dirs.userConfig(), directory.resolve("bundle"));
      Moment moment;
      try (MemoryRounds before =
          MemoryRounds.read(
              directory.resolve("ahead"),
              base.map(KeptMemory.Known::memory),
              () -> processes(record),
              parts.moves().effort().reading(),
              parts.moves().trackers())) {
        // What can be started before the freeze is started before it.
        dump.arm(record, directory.resolve("dump"));
        pass("read");
        thawing.marks().set(record.id(), take.id());
        moment = whileFrozen(record, before, directory);
      } finally {
        dump.giveUp(record.id());
      }
      return moment;
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(
              FailureCode.NO_SPACE,
              "cannot write a snapshot of container " + record.name() + ": " + e.getMessage(),
              "make room below criu.dumpPath"),
          e);
    }
  }

  private void require(ContainerRecord record) {
    record
        .hold()
        .ifPresent(hold -> {
          throw new FailureException(
              Failure.refused(
                  FailureCode.BUSY,
                  "cannot checkpoint container "
                      + record.name()
                      + ": migration "
                      + hold.migration()
                      + " holds it",
                  "wait for its end or cancel it"));
        });
    ContainerState state = parts.core().view().state(record);
    if (state != ContainerState.RUNNING) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "cannot checkpoint container " + record.name() + ": it is " + state,
              state == ContainerState.PAUSED ? "unpause it first" : "look at 'nereid ps -a'"));
    }
    if (record.terminal()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.UNSUPPORTED,
              "cannot checkpoint container " + record.name() + ": it has a terminal",
              "the other end of its terminal is not a part of it; run it with \"terminal\": false"));
    }
  }

  private List<Integer> processes(ContainerRecord record) {
    return parts.core().cgroups().pids(parts.paths().cgroup(record.id()));
  }

  private Moment whileFrozen(ContainerRecord record, MemoryRounds before, Path directory)
      throws IOException {
    ContainerDirs dirs = parts.paths().container(record.id());
    FileCopies copies = new FileCopies(parts.core().basics().runner());
    boolean mayBeDumping = false;
    Instant at = parts.moves().clock().instant();
    long frozen = System.nanoTime();
    long logBytes;
    Optional<MemorySnapshot> memory = Optional.empty();
    boolean complete = false;
    try {
      try {
        parts.core().runtime().freeze(record.id());
        pass("frozen");
        FileCopies.Running copying = copies.begin(dirs.upper(), directory.resolve("upper"));
        FileCopies.Running volumes = copyVolumes(record, copies, directory);
        try {
          memory = dump.writeRemembering(record, before.newest(), directory.resolve("dump"));
        } finally {
          try {
            copying.join();
          } finally {
            volumes.join();
          }
        }
        logBytes = Files.exists(dirs.log()) ? Files.size(dirs.log()) : 0;
        pass("dumped");
      } catch (FailureException e) {
        mayBeDumping = e.failure().certainty() == Certainty.UNKNOWN;
        throw e;
      } finally {
        thawing.thaw(record.id(), directory, mayBeDumping);
      }
      long freezeMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - frozen);
      Path log = Files.createDirectories(directory.resolve("log")).resolve("ctr.log");
      FileCopies.beginning(dirs.log(), logBytes, log);
      complete = true;
      List<VolumeName> volumes = parts.core().volumes().moves().writable(record.id());
      return new Moment(record, volumes, at, freezeMs, before.directories(), memory);
    } finally {
      if (!complete) {
        memory.ifPresent(MemorySnapshot::close);
      }
    }
  }

  // Of the same moment as the memory: what a program has written and what it believes to have.
  private FileCopies.Running copyVolumes(
      ContainerRecord record, FileCopies copies, Path directory) {
    Map<Path, Path> all = new LinkedHashMap<>();
    parts
        .core()
        .volumes()
        .moves()
        .tree(record.id())
        .ifPresent(tree ->
            tree.only()
                .forEach(
                    n -> all.put(tree.root().resolve(n), directory.resolve(VOLUMES).resolve(n))));
    return copies.begin(all);
  }

  private Snapshot store(
      SnapshotCommand.Take take,
      Moment moment,
      Optional<KeptMemory.Known> base,
      Path directory,
      long begun,
      Consumer<Progress> told) {
    Path images = images(directory);
    Optional<BasedOn> based = Optional.empty();
    try {
      if (ImageChain.isChained(images)) {
        Path memory = images.resolve(ImageChain.MEMORY);
        List<Path> older = new ArrayList<>(List.of(memory));
        older.addAll(moment.memory());
        List<BasedOn.Range> ranges =
            FlatImages.flatten(images, older, base.map(KeptMemory.Known::pages).orElse(Map.of()));
        based = base.map(b -> new BasedOn(b.base(), ranges));
        parts.core().basics().delete().delete(memory);
        Files.deleteIfExists(images.resolve("parent"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot complete the images in " + images, e);
    }
    keepWords(directory);
    ContainerRecord record = moment.record();
    Snapshot draft =
        new Snapshot(
            take.id(),
            take.label(),
            record.id(),
            record.name(),
            parts.paths().node(),
            Snapshot.Origin.TAKEN,
            moment.at(),
            parts.core().epochs().epoch(record.id()),
            record.network(),
            parts.moves().probe().capabilities(),
            parts.moves().layers(record),
            record.command(),
            record.terminal(),
            Snapshot.Sizes.UNKNOWN,
            moment.freezeMs(),
            0,
            take.chain(),
            moment.volumes());
    List<Tree> trees =
        new ArrayList<>(
            List.of(
                new Tree(TreeKind.BUNDLE, directory.resolve("bundle")),
                new Tree(TreeKind.UPPER, directory.resolve("upper")),
                new Tree(TreeKind.LOG, directory.resolve("log")),
                new Tree(TreeKind.IMAGES, images)));
    if (!moment.volumes().isEmpty()) {
      trees.add(new Tree(TreeKind.VOLUMES, directory.resolve(VOLUMES)));
    }
    return parts.store().put(draft, trees, based, begun, done -> told.accept(progress(done)));
  }

  /** The end of what CRIU says of the dump: an archive has it, too. */
  private static void keepWords(Path directory) {
    Path words = directory.resolve("dump").resolve("work").resolve("dump.log");
    try (FileChannel in = FileChannel.open(words, StandardOpenOption.READ)) {
      // All of it has megabytes, and is new in every snapshot.
      long from = Math.max(0, in.size() - WORDS_BYTES_MAX);
      ByteBuffer end = ByteBuffer.allocate((int) (in.size() - from));
      while (end.hasRemaining() && in.read(end, from + end.position()) > 0) {}
      Files.write(
          directory.resolve("bundle").resolve("dump.log"),
          Arrays.copyOf(end.array(), end.position()));
    } catch (IOException e) {
      LOG.debug("{} is not kept: {}", words, e.toString());
    }
  }

  static Progress progress(long bytes) {
    return new Progress(bytes, bytes, 0, 0, -1);
  }
}
