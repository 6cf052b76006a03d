package io.nereid.transfer.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.RandomHex;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.MountSafe;
import io.nereid.port.SnapshotPort;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.transfer.store.PrivateDirs;
import io.nereid.transfer.tree.DiskFailures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
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
  private static final String STAGING = ".staging-";
  private static final long DISK_RESERVE_BYTES = 64L << 20;
  private final Path dir;
  private final Path packs;
  private final ExecutorService hashPool;
  private final int hashThreads;
  private final Map<SnapshotId, Stored> stored = new ConcurrentHashMap<>();
  private final Map<SnapshotId, Integer> readers = new HashMap<>();
  private PackIndex index;

  /** Opens the store, making it if needed, and removes what an interrupted run left. */
  public SnapshotStore(Path dir, ExecutorService hashPool, int hashThreads) throws IOException {
    this.dir = PrivateDirs.make(dir);
    this.packs = PrivateDirs.make(dir.resolve("packs"));
    this.hashPool = hashPool;
    this.hashThreads = hashThreads;
    boolean unfinished = load() | deleteStaged(packs);
    Map<Integer, Path> there = packDirectories();
    if (unfinished || (stored.isEmpty() && !there.isEmpty())) {
      sweep();
    }
  }

  private boolean load() throws IOException {
    boolean unfinished = deleteStaged(dir);
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

  private static boolean deleteStaged(Path directory) throws IOException {
    boolean any = false;
    try (DirectoryStream<Path> all = Files.newDirectoryStream(directory, STAGING + "*")) {
      for (Path one : all) {
        MountSafe.delete(one);
        any = true;
      }
    }
    return any;
  }

  @Override
  public synchronized Snapshot put(
      Snapshot draft, List<Tree> trees, long begunNanos, LongConsumer done) {
    Path staged = dir.resolve(STAGING + RandomHex.ofBytes(8));
    Path pack = packs.resolve(STAGING + RandomHex.ofBytes(8));
    try {
      PrivateDirs.make(staged);
      PrivateDirs.make(pack);
      requireRoom(trees);
      Map<Integer, Path> there = packDirectories();
      int number = there.isEmpty() ? 1 : ((TreeMap<Integer, Path>) there).lastKey() + 1;
      Map<TreeKind, String> manifests = new EnumMap<>(TreeKind.class);
      Map<TreeKind, Long> bytes = new EnumMap<>(TreeKind.class);
      long added;
      try (PackWriter writer = new PackWriter(number, pack)) {
        SnapshotWriter out =
            new SnapshotWriter(staged, index(there), writer, hashPool, hashThreads, done);
        for (Tree tree : trees) {
          SnapshotWriter.Added one = out.add(tree);
          manifests.put(tree.kind(), one.manifest());
          bytes.put(tree.kind(), one.bytes());
        }
        writer.finish();
        added = writer.bytes();
      }
      Snapshot snapshot = draft.stored(sizes(bytes, added), tookMs(begunNanos));
      commit(new Stored(Stored.FORMAT, snapshot, manifests), staged, pack, number);
      return snapshot;
    } catch (IOException e) {
      throw DiskFailures.of("storing snapshot " + draft.id(), dir, e);
    } finally {
      removeQuietly(staged);
      removeQuietly(pack);
    }
  }

  private static Snapshot.Sizes sizes(Map<TreeKind, Long> bytes, long added) {
    return new Snapshot.Sizes(
        bytes.getOrDefault(TreeKind.IMAGES, 0L),
        bytes.getOrDefault(TreeKind.UPPER, 0L),
        bytes.getOrDefault(TreeKind.LOG, 0L),
        bytes.values().stream().mapToLong(Long::longValue).sum(),
        added);
  }

  private static long tookMs(long begunNanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
  }

  private void requireRoom(List<Tree> trees) throws IOException {
    long usable = Files.getFileStore(dir).getUsableSpace();
    if (usable < DISK_RESERVE_BYTES) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NO_SPACE,
              "there are only "
                  + usable
                  + " bytes free in "
                  + dir
                  + " for "
                  + trees.size()
                  + " trees",
              "remove snapshots with 'nereid snapshots rm', or make room"));
    }
  }

  private void commit(Stored next, Path staged, Path pack, int number) throws IOException {
    Path place = packs.resolve(Integer.toString(number));
    Files.move(pack, place, StandardCopyOption.ATOMIC_MOVE);
    sync(packs);
    Path target = dir.resolve(next.snapshot().id().value());
    write(staged.resolve(Stored.FILE), WireCodec.encode(next));
    sync(staged);
    Files.move(staged, target, StandardCopyOption.ATOMIC_MOVE);
    sync(dir);
    if (!index.add(Pack.open(number, place.resolve("list")))) {
      log.warn("there are too many chunks: what comes is not compared with pack {}", number);
    }
    stored.put(next.snapshot().id(), next);
  }

  private PackIndex index(Map<Integer, Path> there) throws IOException {
    if (index == null) {
      PackIndex fresh = new PackIndex();
      for (Map.Entry<Integer, Path> pack : there.entrySet()) {
        fresh.add(Pack.open(pack.getKey(), pack.getValue().resolve("list")));
      }
      index = fresh;
    }
    return index;
  }

  private Map<Integer, Path> packDirectories() throws IOException {
    Map<Integer, Path> found = new TreeMap<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(packs)) {
      for (Path one : all) {
        String name = one.getFileName().toString();
        if (name.matches("\\d{1,9}")) {
          found.put(Integer.valueOf(name), one);
        }
      }
    }
    return found;
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
    Stored wanted = beginReading(id);
    Map<TreeKind, Path> roots = new EnumMap<>(TreeKind.class);
    boolean complete = false;
    try (SnapshotReader reader =
        new SnapshotReader(
            id,
            dir.resolve(id.value()),
            number -> packs.resolve(Integer.toString(number)).resolve("content"),
            done)) {
      for (Map.Entry<TreeKind, String> tree : wanted.manifests().entrySet()) {
        Path root = into.resolve(tree.getKey().name().toLowerCase(Locale.ROOT));
        roots.put(tree.getKey(), PrivateDirs.make(root));
        reader.unpack(tree.getKey(), tree.getValue(), root);
      }
      complete = true;
      return roots;
    } catch (IOException e) {
      throw DiskFailures.of("unpacking snapshot " + id, into, e);
    } finally {
      endReading(id);
      if (!complete) {
        roots.values().forEach(SnapshotStore::removeQuietly);
      }
    }
  }

  private Stored beginReading(SnapshotId id) {
    synchronized (readers) {
      Stored found = find(id);
      readers.merge(id, 1, Integer::sum);
      return found;
    }
  }

  private void endReading(SnapshotId id) {
    synchronized (readers) {
      readers.computeIfPresent(id, (same, count) -> count == 1 ? null : count - 1);
    }
  }

  @Override
  public synchronized void remove(SnapshotId id) {
    synchronized (readers) {
      find(id);
      if (readers.containsKey(id)) {
        throw new FailureException(
            Failure.refused(
                FailureCode.BUSY,
                "snapshot " + id + " is being restored, exported or sent",
                "wait until that has ended"));
      }
      stored.remove(id);
    }
    try {
      Path doomed = dir.resolve(STAGING + RandomHex.ofBytes(8));
      Files.move(dir.resolve(id.value()), doomed, StandardCopyOption.ATOMIC_MOVE);
      sync(dir);
      MountSafe.delete(doomed);
      sweep();
    } catch (IOException e) {
      throw DiskFailures.of("removing snapshot " + id, dir, e);
    }
  }

  private void sweep() throws IOException {
    PackSweep sweep = new PackSweep();
    for (Stored one : stored.values()) {
      sweep.keep(
          dir.resolve(one.snapshot().id().value()),
          one.manifests().keySet().stream().map(TreeKind::name).toList());
    }
    if (index != null) {
      index.close();
      index = null;
    }
    sweep.sweep(packDirectories());
  }

  private static void write(Path file, byte[] content) throws IOException {
    try (FileChannel out =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
  }

  private static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static void removeQuietly(Path path) {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      try {
        MountSafe.delete(path);
      } catch (IOException e) {
        log.warn("could not remove {}: {}; the next start does", path, e.getMessage());
      }
    }
  }
}
