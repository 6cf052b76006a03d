package io.nereid.nymph.move;

import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.volume.VolumeUser;
import io.nereid.nymph.bundle.VolumeMounts;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SetLabel;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares a restore as far as possible before this host may do it: when the files of a frozen
 * container have arrived, they are put in place, its root file system is mounted and runc is
 * started, all while the source still dumps; when the images have arrived they are linked, while
 * the coordinator moves the ownership here.
 *
 * <p>Nothing of the container can run before {@link #begin}: CRIU is behind a gate, which opens for
 * nobody else, and its directory is empty until then. Callers hold the container in the executor.
 * Blocks.
 */
final class Staging {
  private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
  private static final long DESCRIPTORS_BYTES_MAX = 1 << 16;
  private final MoveParts parts;
  private final Map<MigrationId, Progress> all = new ConcurrentHashMap<>();

  /** How far one has come. */
  private static final class Progress {
    private Luggage luggage;
    private ContainerRecord record;
    private boolean mounted;
    private volatile HeldRestore held;
    private Path images;
    private FailureException failed;
  }

  Staging(MoveParts parts) {
    this.parts = parts;
  }

  /** Does what needs no images. What goes wrong is tried again when they have come. */
  void stageFiles(Incoming entry) {
    Progress progress = all.computeIfAbsent(entry.migration(), m -> new Progress());
    if (progress.record != null) {
      return;
    }
    try {
      ReceivedSet files = received(entry, SetLabel.FILES);
      Path work = Arrival.work(parts, entry);
      Optional<byte[]> descriptors = descriptors(root(files, TreeKind.BUNDLE));
      unpack(entry, files, progress);
      Files.createDirectories(work);
      announce(entry, progress.luggage, work);
      mount(progress);
      if (descriptors.isPresent()) {
        progress.held =
            HeldRestore.start(
                parts,
                progress.record,
                work,
                descriptors.get(),
                parts.lazyPages().isPrepared(work),
                entry.closeConnections());
      }
    } catch (IOException | RuntimeException e) {
      LOG.warn(
          "the restore of container {} cannot be prepared yet: {}",
          entry.container(),
          e.getMessage());
    }
  }

  /** Does all of it, unless it is done; a failure is told by {@link #begin}. */
  void stage(Incoming entry) {
    Progress progress = all.computeIfAbsent(entry.migration(), m -> new Progress());
    if (progress.images != null || progress.failed != null) {
      return;
    }
    try {
      stageNow(entry, progress);
    } catch (IOException e) {
      progress.failed =
          new FailureException(
              Failure.of(
                  FailureCode.NO_SPACE,
                  "cannot prepare the restore of container " + entry.container() + ": " + e,
                  "make room on host " + parts.paths().node()),
              e);
    } catch (RuntimeException e) {
      progress.failed = new FailureException(FailureException.failureOf(e), e);
    }
  }

  private void stageNow(Incoming entry, Progress progress) throws IOException {
    ReceivedSet set = received(entry, SetLabel.FINAL);
    Path images = root(set, TreeKind.IMAGES);
    Path work = Arrival.work(parts, entry);
    if (progress.record == null) {
      boolean complete = set.roots().containsKey(TreeKind.BUNDLE);
      unpack(entry, complete ? set : received(entry, SetLabel.FILES), progress);
    } else if (set.roots().containsKey(TreeKind.LOG)) {
      catchUpLog(root(set, TreeKind.LOG), parts.paths().container(entry.container()).log());
    }
    Files.createDirectories(work);
    byte[] descriptors =
        descriptors(images)
            .orElseThrow(() ->
                new FailureException(
                    Failure.of(
                        FailureCode.PROTOCOL,
                        "the images lack " + HeldRestore.DESCRIPTORS,
                        "run the same release of Nereid on both hosts")));
    boolean chained = ImageChain.isChained(images);
    List<Path> ahead = chained ? ahead(entry, progress.luggage) : List.of();
    boolean later = ImageChain.isForLater(images);
    boolean lazy = chained && provideLazily(ahead, images, work, later);
    if (later) {
      // Before anything runs: from then on the frozen copy is needed until this is deleted.
      DurableFile.write(
          parts.paths().container(entry.container()).outstanding(),
          entry.migration().value().getBytes(StandardCharsets.US_ASCII));
    }
    // CRIU needs it, but nothing before CRIU.
    Beside linking =
        Beside.start(() -> {
          if (chained) {
            link(images, ahead, lazy);
          }
        });
    try {
      mount(progress);
      hold(entry, progress, work, descriptors, lazy);
    } finally {
      linking.join();
    }
    progress.images = images;
  }

  private void hold(Incoming entry, Progress progress, Path work, byte[] descriptors, boolean lazy)
      throws IOException {
    HeldRestore held = progress.held;
    if (held != null && !(held.isReady() && held.fits(descriptors, lazy))) {
      LOG.info("the restore of container {} is prepared anew", entry.container());
      held.giveUp();
      held = null;
    }
    if (held == null) {
      progress.held =
          HeldRestore.start(
              parts, progress.record, work, descriptors, lazy, entry.closeConnections());
    }
  }

  /**
   * Lets the restore begin; returns when CRIU has done it.
   *
   * @return the record of the container, still held
   * @throws FailureException what went wrong with it, or before
   */
  ContainerRecord begin(Incoming entry) {
    stage(entry);
    Progress progress = all.remove(entry.migration());
    try (HeldRestore held = progress.held) {
      if (progress.failed != null) {
        throw progress.failed;
      }
      if (!progress.images.equals(root(received(entry, SetLabel.FINAL), TreeKind.IMAGES))) {
        throw new FailureException(
            Failure.of(
                FailureCode.PROTOCOL,
                "what arrived for " + entry.migration() + " has changed since it was complete",
                "begin a new migration"));
      }
      ContainerRecord record =
          parts
              .core()
              .store()
              .update(entry.container(), r -> r.withStage(ContainerRecord.Stage.ARRIVING));
      held.begin(progress.images);
      return record;
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.INTERNAL, "cannot hand out " + progress.images + ": " + e, ""), e);
    }
  }

  /** Closes all gates, without waiting for what is held there. */
  void close() {
    all.keySet().forEach(this::closeGate);
  }

  private void closeGate(MigrationId migration) {
    Progress there = all.remove(migration);
    if (there != null && there.held != null) {
      there.held.close();
    }
  }

  /** Ends what was prepared; returns when nothing of it runs any more, or after a limit. */
  void giveUp(Incoming entry) {
    closeGate(entry.migration());
    ContainerId id = entry.container();
    boolean staged = parts.core().store().find(id, ContainerRecord.Stage.STAGED).isPresent();
    if (staged) {
      // Also that of an earlier daemon: its gate closed when it ended.
      HeldRestore.awaitEnd(parts, id);
    }
  }

  private static Optional<byte[]> descriptors(Path directory) throws IOException {
    Path file = directory.resolve(HeldRestore.DESCRIPTORS);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
        || Files.size(file) > DESCRIPTORS_BYTES_MAX) {
      return Optional.empty();
    }
    return Optional.of(Files.readAllBytes(file));
  }

  private static void link(Path images, List<Path> ahead, boolean lazily) {
    try {
      ImageChain.link(images, ahead, lazily);
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.NO_SPACE, "cannot link the images in " + images + ": " + e, ""),
          e);
    }
  }

  private ReceivedSet received(Incoming entry, SetLabel label) {
    return parts.transfer().received(entry.migration(), label);
  }

  private void unpack(Incoming entry, ReceivedSet set, Progress progress) throws IOException {
    Path bundle = root(set, TreeKind.BUNDLE);
    progress.luggage = Luggage.unpack(bundle, entry);
    ContainerDirs dirs = parts.paths().container(entry.container());
    MigrationHold hold =
        new MigrationHold(entry.migration(), MigrationHold.Role.TARGET, entry.source());
    Files.createDirectories(dirs.base());
    ContainerRecord record =
        parts.core().store().save(progress.luggage.staged().withHold(Optional.of(hold)));
    Files.createDirectories(dirs.userConfig().getParent());
    move(bundle.resolve(Luggage.CONFIG), dirs.userConfig());
    move(root(set, TreeKind.UPPER), dirs.upper());
    move(root(set, TreeKind.LOG), dirs.log().getParent());
    parts
        .core()
        .volumes()
        .moves()
        .arrive(
            new VolumeUser(record.id(), record.name()),
            VolumeMounts.in(dirs.userConfig()),
            Optional.ofNullable(set.roots().get(TreeKind.VOLUMES)),
            entry.move().volumes(),
            entry.closeConnections());
    progress.record = record;
  }

  private void mount(Progress progress) {
    if (!progress.mounted) {
      parts.core().runtime().prepare(progress.record, true);
      progress.mounted = true;
    }
  }

  /**
   * Adds what conmon at the source has written since the log was sent. In place: this host's conmon
   * has it open.
   */
  private static void catchUpLog(Path newer, Path log) throws IOException {
    Path source = newer.resolve(log.getFileName());
    if (!Files.isRegularFile(source, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (FileChannel from = FileChannel.open(source, StandardOpenOption.READ);
        FileChannel to =
            FileChannel.open(log, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      // It only grows; a shorter one has been begun anew.
      long at = from.size() < to.size() ? 0 : to.size();
      to.truncate(at);
      while (at < from.size()) {
        at += to.transferFrom(from.position(at), at, from.size() - at);
      }
    }
  }

  static Path root(ReceivedSet set, TreeKind kind) {
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

  /** Images that were sent ahead, and stay where they came. */
  static Path aheadImages(MoveParts parts, Incoming entry) {
    return root(parts.transfer().received(entry.migration(), SetLabel.AHEAD), TreeKind.IMAGES);
  }

  /** All parts that went ahead, the newest first. */
  private List<Path> ahead(Incoming entry, Luggage luggage) {
    List<Path> all = new ArrayList<>(List.of(aheadImages(parts, entry)));
    for (ReceivedSet round : parts.transfer().rounds(entry.migration())) {
      all.add(root(round, TreeKind.IMAGES));
    }
    if (all.size() != luggage.rounds() + 1) {
      throw new FailureException(
          Failure.of(
              FailureCode.PROTOCOL,
              "the images build upon %d rounds, and %d have arrived"
                  .formatted(luggage.rounds(), all.size() - 1),
              "start the migration again"));
    }
    return all.reversed();
  }

  /** Page maps with a hundred thousand areas are not read while the container waits. */
  private void announce(Incoming entry, Luggage luggage, Path work) {
    if (parts.lazyPages().isPrepared(work)) {
      try {
        parts.lazyPages().announce(work, ahead(entry, luggage));
      } catch (FailureException | UncheckedIOException e) {
        LOG.debug("pages for {} are opened later", entry.container(), e);
      }
    }
  }

  /** Has the memory come page by page, while the container runs; false when that is not to be. */
  private boolean provideLazily(List<Path> ahead, Path images, Path work, boolean later) {
    if (later) {
      parts.lazyPages().beginRemote(work, images, ahead);
      LOG.info("the container of {} runs before its memory is here", work);
      return true;
    }
    if (parts.lazyPages().isPrepared(work)) {
      try {
        List<Path> chain = new ArrayList<>(List.of(images.resolve(ImageChain.MEMORY)));
        chain.addAll(ahead);
        parts.lazyPages().begin(work, images, chain);
        LOG.info("the container of {} runs before its memory is in place", work);
        return true;
      } catch (FailureException e) {
        LOG.warn("the container of {} waits for its memory: {}", work, e.getMessage());
        parts.lazyPages().end(work);
      }
    }
    return false;
  }
}
