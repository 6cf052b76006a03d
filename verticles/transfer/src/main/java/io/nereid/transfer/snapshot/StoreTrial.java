package io.nereid.transfer.snapshot;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.MountSafe;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Chunks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Measures a store of its own. Blocks; one thread besides the store's. */
public final class StoreTrial implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int PACK_CHUNKS = 10_000;
  private static final int LOOKUPS = 500_000;
  private static final String PAGES = "pages-1.img";
  private final Path dir;
  private final ExecutorService pool;
  private final SnapshotStore store;
  private final Path images;
  private final long bytes;

  /**
   * Prepares images of random pages.
   *
   * @param dir existing directory; what is made below it is removed in the end
   */
  public StoreTrial(Path dir, long bytes) throws IOException {
    int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 16);
    this.dir = dir;
    this.bytes = bytes;
    this.pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("store-trial-", 0).daemon().factory());
    this.store = new SnapshotStore(dir.resolve("snapshots"), pool, threads);
    this.images = Files.createDirectory(dir.resolve("images"));
    SplittableRandom random = new SplittableRandom(1);
    byte[] buffer = new byte[BUFFER_BYTES];
    try (FileChannel out =
        FileChannel.open(
            images.resolve(PAGES), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long done = 0; done < bytes; done += buffer.length) {
        random.nextBytes(buffer);
        out.write(ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, bytes - done)));
      }
    }
  }

  /** How long one round took, in nanoseconds. */
  public record Round(long write, long verify, long read, long restore) {}

  /** Stores, verifies, reads the plain files, restores, and removes. */
  public Round round() throws IOException {
    long began = System.nanoTime();
    Snapshot stored =
        store.put(draft(), List.of(new Tree(TreeKind.IMAGES, images)), began, done -> {});
    long written = System.nanoTime();
    if (!store.verify(Optional.of(stored.id()), Optional.empty(), done -> {}).getFirst().sound()) {
      throw new IOException("what was stored is damaged");
    }
    long verified = System.nanoTime();
    read();
    long read = System.nanoTime();
    Path into = Files.createDirectory(dir.resolve("restored"));
    store.unpack(stored.id(), into, done -> {});
    long restored = System.nanoTime();
    MountSafe.delete(into);
    store.remove(stored.id());
    return new Round(written - began, verified - written, read - verified, restored - read);
  }

  private void read() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    try (FileChannel in = FileChannel.open(images.resolve(PAGES), StandardOpenOption.READ)) {
      long left = bytes;
      while (left > 0) {
        int count = in.read(buffer.clear());
        if (count <= 0) {
          throw new IOException("the plain file is shorter than it was");
        }
        left -= count;
      }
    }
  }

  /**
   * An index of so many chunks.
   *
   * @param bytesPerChunk outside the heap, without lists, which are mapped files
   * @param nanosPerLookup of chunks that are there, in random order
   */
  public record Index(double bytesPerChunk, double nanosPerLookup) {}

  /** Makes an index, and looks chunks up in it. */
  public Index index(int chunks) throws IOException {
    Path lists = Files.createDirectory(dir.resolve("lists"));
    try (PackIndex index = new PackIndex()) {
      for (int pack = 0; pack * (long) PACK_CHUNKS < chunks; pack++) {
        int count = (int) Math.min(PACK_CHUNKS, chunks - pack * (long) PACK_CHUNKS);
        index.add(Pack.open(pack + 1, list(lists, pack, count)));
      }
      look(index, chunks);
      long began = System.nanoTime();
      look(index, chunks);
      double nanos = System.nanoTime() - began;
      return new Index(index.bytes() / (double) index.chunks(), nanos / LOOKUPS);
    } finally {
      MountSafe.delete(lists);
    }
  }

  private static void look(PackIndex index, int chunks) throws IOException {
    SplittableRandom random = new SplittableRandom(7);
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    for (int i = 0; i < LOOKUPS; i++) {
      new SplittableRandom(random.nextInt(chunks)).nextBytes(digest);
      if (index.find(digest, 0, Chunks.PAGE_BYTES) == PackIndex.NONE) {
        throw new IOException("a chunk was not found");
      }
    }
  }

  private static Path list(Path lists, int pack, int count) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(count * Pack.ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    for (int i = 0; i < count; i++) {
      new SplittableRandom(pack * (long) PACK_CHUNKS + i).nextBytes(digest);
      out.put(digest).putInt(i).putInt(Chunks.PAGE_BYTES);
    }
    return Files.write(lists.resolve(Integer.toString(pack)), out.array());
  }

  private static Snapshot draft() {
    return new Snapshot(
        SnapshotId.random(),
        Optional.empty(),
        ContainerId.random(),
        new ContainerName("trial"),
        new NodeId("trial"),
        Snapshot.Origin.TAKEN,
        Instant.EPOCH,
        Epoch.FIRST,
        NetworkSpec.without(NetworkMode.NONE),
        new Capabilities("", "", "", "", "", "", List.of(), List.of()),
        List.of(),
        List.of("trial"),
        false,
        Snapshot.Sizes.UNKNOWN,
        0,
        0);
  }

  @Override
  public void close() throws IOException {
    pool.shutdownNow();
    MountSafe.delete(images);
    MountSafe.delete(dir.resolve("snapshots"));
  }
}
