package io.nereid.transfer.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.RandomHex;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotCheck;
import io.nereid.fault.FaultPoints;
import io.nereid.linux.MountSafe;
import io.nereid.port.BasedOn;
import io.nereid.port.SnapshotPort;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.store.PrivateDirs;
import io.nereid.transfer.tree.DiskFailures;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots of one host: {@code <id>/} with manifests, places and, written last, {@code
 * snapshot.json}; {@code packs/<number>/} with content. Adding and removing happen one after the
 * other, so what is needed is never given back; reading happens beside them.
 */
public final class SnapshotStore implements SnapshotPort {
  private static final Logger log = LoggerFactory.getLogger(SnapshotStore.class);
  private static final String STAGING = StoreFiles.STAGING;
  private final Path dir;
  private final Packs packs;
  private final ExecutorService hashPool;
  private final int hashThreads;
  private final FaultPoints steps;
  private final Map<SnapshotId, Stored> stored = new ConcurrentHashMap<>();
  private final Holds holds = new Holds();

  /** Opens the store, making it if needed, and removes what an interrupted run left. */
  public SnapshotStore(Path dir, ExecutorService hashPool, int hashThreads) throws IOException {
    this(dir, hashPool, hashThreads, FaultPoints.NONE);
  }

  /**
   * The same.
   *
   * @param steps is told of each step
   */
  public SnapshotStore(Path dir, ExecutorService hashPool, int hashThreads, FaultPoints steps)
      throws IOException {
    this.dir = PrivateDirs.make(dir);
    this.packs = new Packs(dir.resolve("packs"));
    this.hashPool = hashPool;
    this.hashThreads = hashThreads;
    this.steps = steps;
    boolean unfinished = load() | StoreFiles.deleteStaged(packs.dir()) | packs.hasHalfThinned();
    if (unfinished || (stored.isEmpty() && !packs.isEmpty())) {
      sweep();
    }
  }

  private boolean load() throws IOException {
    boolean unfinished = StoreFiles.deleteStaged(dir);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(dir, "s-*")) {
      for (Path one : all) {
        try {
          Stored read =
              WireCodec.decode(Files.readAllBytes(one.resolve(Stored.FILE)), Stored.class);
          if (!read.snapshot().id().value().equals(one.getFileName().toString())) {
            throw new IOException("is that of " + read.snapshot().id());
          }
          stored.put(read.snapshot().id(), read);
        } catch (java.nio.file.NoSuchFileException e) {
          log.info("removing {}, left by an interrupted run", one);
          MountSafe.delete(one);
          unfinished = true;
        } catch (IOException | FailureException e) {
          throw new IOException(one + " cannot be read: " + e.getMessage(), e);
        }
      }
    }
    return unfinished;
  }

  @Override
  public synchronized Snapshot put(
      Snapshot draft,
      List<Tree> trees,
      Optional<BasedOn> based,
      long begunNanos,
      LongConsumer done) {
    Path staged = dir.resolve(STAGING + RandomHex.ofBytes(8));
    Path pack = packs.dir().resolve(STAGING + RandomHex.ofBytes(8));
    try {
      PrivateDirs.make(staged);
      PrivateDirs.make(pack);
      StoreFiles.requireRoom(dir, trees);
      int number = packs.nextNumber();
      Map<TreeKind, String> manifests = new EnumMap<>(TreeKind.class);
      Map<TreeKind, Long> bytes = new EnumMap<>(TreeKind.class);
      long added;
      try (PackWriter writer = new PackWriter(number, pack)) {
        SnapshotWriter out =
            new SnapshotWriter(staged, packs.index(), writer, hashPool, hashThreads, done);
        for (Tree tree : trees) {
          SnapshotWriter.Added one = out.add(tree, fresh -> base(based, tree.kind(), fresh));
          manifests.put(tree.kind(), one.manifest());
          bytes.put(tree.kind(), one.bytes());
        }
        steps.pass("store.put.written");
        writer.finish();
        added = writer.bytes();
      }
      Snapshot snapshot = draft.stored(StoreFiles.sizes(bytes, added), tookMs(begunNanos));
      commit(new Stored(Stored.FORMAT, snapshot, manifests), staged, pack, number);
      return snapshot;
    } catch (IOException e) {
      throw DiskFailures.of("storing snapshot " + draft.id(), dir, e);
    } finally {
      StoreFiles.removeQuietly(staged);
      StoreFiles.removeQuietly(pack);
    }
  }

  private Optional<BaseImages> base(Optional<BasedOn> based, TreeKind kind, Manifest fresh)
      throws IOException {
    if (based.isEmpty() || kind != TreeKind.IMAGES) {
      return Optional.empty();
    }
    Stored base = find(based.get().base());
    BaseImages images =
        BaseImages.open(
            dir.resolve(base.snapshot().id().value()),
            base.manifests().getOrDefault(TreeKind.IMAGES, ""),
            based.get(),
            fresh);
    return Optional.of(images);
  }

  /** Begins one that comes from elsewhere; whoever gets it closes it. */
  public Arrival arrive() throws IOException {
    StoreFiles.requireRoom(dir, List.of());
    int number;
    synchronized (this) {
      number = packs.nextNumber();
    }
    return new Arrival(
        this,
        number,
        dir.resolve(STAGING + RandomHex.ofBytes(8)),
        packs.dir().resolve(STAGING + RandomHex.ofBytes(8)));
  }

  synchronized long place(byte[] digest, int length) throws IOException {
    return packs.index().find(digest, 0, length);
  }

  synchronized Snapshot commit(Arrival arrival, Snapshot draft) throws IOException {
    if (stored.containsKey(draft.id())) {
      return get(draft.id());
    }
    if (!arrival.writePlaces()) {
      return null;
    }
    Snapshot snapshot =
        draft.stored(StoreFiles.sizes(arrival.contentBytes(), arrival.finish()), draft.tookMs());
    steps.pass("store.arrive.written");
    commit(
        new Stored(Stored.FORMAT, snapshot, arrival.manifestDigests()),
        arrival.staged(),
        arrival.packDirectory(),
        arrival.number());
    return snapshot;
  }

  private static long tookMs(long begunNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
  }

  private void commit(Stored next, Path staged, Path pack, int number) throws IOException {
    Path target = dir.resolve(next.snapshot().id().value());
    steps.pass("store.put.pack");
    boolean there = false;
    try {
      packs.adopt(pack, number);
      steps.pass("store.put.adopted");
      StoreFiles.write(staged.resolve(Stored.FILE), WireCodec.encode(next));
      Packs.sync(staged);
      steps.pass("store.put.described");
      Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
      there = true;
    } finally {
      if (!there) {
        packs.withdraw(number);
      }
    }
    stored.put(next.snapshot().id(), next);
    Packs.sync(dir);
    steps.pass("store.put.named");
    packs.offer(number);
  }

  @Override
  public List<Snapshot> all() {
    return stored.values().stream()
        .map(Stored::snapshot)
        .sorted(Comparator.comparing(Snapshot::taken).reversed().thenComparing(Snapshot::id))
        .toList();
  }

  @Override
  public Snapshot get(SnapshotId id) {
    return find(id).snapshot();
  }

  private Stored find(SnapshotId id) {
    Stored found = stored.get(id);
    if (found == null) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "snapshot " + id + " is not on this host",
              "look at 'nereid snapshots -a'"));
    }
    return found;
  }

  @Override
  public long version() {
    return stored.keySet().stream()
        .mapToLong(id -> Long.parseLong(id.value().substring(2), 16))
        .sum();
  }

  @Override
  public Map<TreeKind, Path> unpack(SnapshotId id, Path into, LongConsumer done) {
    Map<TreeKind, Path> roots = new EnumMap<>(TreeKind.class);
    boolean complete = false;
    try (Holds.Held<Stored> wanted = holds.take(id, () -> find(id));
        SnapshotReader reader =
            new SnapshotReader(
                id, dir.resolve(id.value()), packs::content, hashPool, hashThreads, done)) {
      for (Map.Entry<TreeKind, String> tree : wanted.it().manifests().entrySet()) {
        Path root = into.resolve(tree.getKey().name().toLowerCase(Locale.ROOT));
        roots.put(tree.getKey(), PrivateDirs.make(root));
        reader.unpack(tree.getKey(), tree.getValue(), root);
      }
      complete = true;
      return roots;
    } catch (IOException e) {
      throw DiskFailures.of("unpacking snapshot " + id, into, e);
    } finally {
      if (!complete) {
        roots.values().forEach(StoreFiles::removeQuietly);
      }
    }
  }

  @Override
  public Optional<Hold> hold(SnapshotId id) {
    try {
      Holds.Held<Stored> held = holds.take(id, () -> find(id));
      if (packs.damaged().isEmpty() || !refersTo(held.it(), packs.damaged())) {
        return Optional.of(held.hold());
      }
      held.close();
      return Optional.empty();
    } catch (FailureException e) {
      return Optional.empty();
    } catch (IOException e) {
      log.warn("snapshot {} is not used as a base: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Opens one for reading in chunks; it is not removed meanwhile. NOT_FOUND when it is not here.
   */
  public OpenSnapshot open(SnapshotId id) {
    Holds.Held<Stored> wanted = holds.take(id, () -> find(id));
    return OpenSnapshot.open(
        dir.resolve(id.value()), wanted.it().manifests(), packs::content, wanted::close);
  }

  private boolean refersTo(Stored one, DamagedChunks damaged) throws IOException {
    Path directory = dir.resolve(one.snapshot().id().value());
    for (TreeKind kind : one.manifests().keySet()) {
      if (PlaceTable.any(SnapshotWriter.places(directory, kind.name()), damaged::has)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public List<SnapshotCheck> verify(
      Optional<SnapshotId> only, Optional<Repair> repair, LongConsumer done) {
    List<SnapshotId> ids =
        only.map(List::of).orElseGet(() -> all().stream().map(Snapshot::id).toList());
    List<SnapshotCheck> checks = new ArrayList<>();
    try (Verifier verifier = new Verifier(packs, hashPool, hashThreads, done)) {
      for (SnapshotId id : ids) {
        try (Holds.Held<Stored> held = holds.take(id, () -> find(id))) {
          Verifier.Found found = verifier.verify(dir.resolve(id.value()), held.it());
          checks.add(settle(id, found, verifier, repair));
        } catch (FailureException e) {
          // One of many may have been removed meanwhile.
          if (only.isPresent()) {
            throw e;
          }
        }
      }
      return checks;
    } catch (IOException e) {
      throw DiskFailures.of("verifying snapshots", dir, e);
    }
  }

  private SnapshotCheck settle(
      SnapshotId id, Verifier.Found found, Verifier verifier, Optional<Repair> repair)
      throws IOException {
    List<Verifier.Bad> bad = found.bad();
    synchronized (this) {
      verifier.quarantine(bad);
    }
    int repaired = 0;
    if (repair.isPresent() && !bad.isEmpty()) {
      // Fetching from others takes long, and needs nobody to wait.
      List<ChunkRepair.Content> content =
          ChunkRepair.find(bad, repair.get().trees(id), dir, hashPool, hashThreads);
      synchronized (this) {
        repaired = ChunkRepair.write(packs, content);
      }
      verifier.forget(bad);
    }
    if (!found.isSound()) {
      log.warn("snapshot {}: {}, {} repaired", id, found, repaired);
    }
    return new SnapshotCheck(id, found.bytes(), found.wrong(), repaired, found.words());
  }

  @Override
  public synchronized void remove(SnapshotId id) {
    Stored leaving = find(id);
    holds.ifFree(id, () -> stored.remove(id));
    try {
      steps.pass("store.remove.begin");
      Path doomed = dir.resolve(STAGING + RandomHex.ofBytes(8));
      try {
        Files.move(dir.resolve(id.value()), doomed, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        stored.put(id, leaving);
        throw e;
      }
      Packs.sync(dir);
      steps.pass("store.remove.unnamed");
      MountSafe.delete(doomed);
      steps.pass("store.remove.deleted");
      sweep();
    } catch (IOException e) {
      throw DiskFailures.of("removing snapshot " + id, dir, e);
    }
  }

  private void sweep() throws IOException {
    PackSweep sweep = new PackSweep(steps);
    for (Stored one : stored.values()) {
      sweep.keep(
          dir.resolve(one.snapshot().id().value()),
          one.manifests().keySet().stream().map(TreeKind::name).toList());
    }
    packs.sweep(sweep);
  }
}
