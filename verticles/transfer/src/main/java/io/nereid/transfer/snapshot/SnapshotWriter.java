package io.nereid.transfer.snapshot;

import io.nereid.port.Tree;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.source.SpanHasher;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;

/**
 * Adds trees to a snapshot that is being made. One thread, besides those that read and hash: they
 * are at most one span each, and one more, ahead of what is written.
 */
final class SnapshotWriter {
  private final Path directory;
  private final PackIndex index;
  private final PackWriter pack;
  private final ExecutorService hashPool;
  private final int hashThreads;
  private final LongConsumer done;
  private final byte[] digest = new byte[Chunks.DIGEST_BYTES];
  private long settled;

  SnapshotWriter(
      Path directory,
      PackIndex index,
      PackWriter pack,
      ExecutorService hashPool,
      int hashThreads,
      LongConsumer done) {
    this.directory = directory;
    this.index = index;
    this.pack = pack;
    this.hashPool = hashPool;
    this.hashThreads = hashThreads;
    this.done = done;
  }

  /** What a tree was found to be. */
  record Added(String manifest, long bytes) {}

  /** Opens what a tree is based on. */
  interface Basing {
    /** With the manifest of the new tree, whose digests are not there yet. */
    Optional<BaseImages> open(Manifest fresh) throws IOException;
  }

  static Path manifest(Path directory, String kind) {
    return directory.resolve(kind.toLowerCase(Locale.ROOT) + ".manifest");
  }

  static Path places(Path directory, String kind) {
    return directory.resolve(kind.toLowerCase(Locale.ROOT) + ".places");
  }

  Added add(Tree tree, Basing basing) throws IOException {
    Path manifestFile = manifest(directory, tree.kind().name());
    Path placesFile = places(directory, tree.kind().name());
    try (SourceSet set = SourceSet.scan(tree, false, manifestFile)) {
      Optional<BaseImages> base = basing.open(set.manifest());
      try (DataOutputStream places = Places.writer(placesFile)) {
        addAll(set, base, places);
      } finally {
        base.ifPresent(BaseImages::close);
      }
      force(manifestFile);
      force(placesFile);
      return new Added(
          HexFormat.of().formatHex(set.manifest().sha256()),
          set.manifest().header().contentBytes());
    }
  }

  private void addAll(SourceSet set, Optional<BaseImages> base, DataOutputStream places)
      throws IOException {
    int chunks = set.manifest().header().chunks();
    try (Ahead<ReadSpan> reading =
        new Ahead<>(hashPool, hashThreads + 1, span -> settle(set, base, span, places))) {
      for (int first = 0; first < chunks; ) {
        int from = first;
        int count = SpanHasher.spanCount(set.manifest().files(), first);
        reading.add(() -> ReadSpan.read(set, base, from, count));
        first += count;
      }
      reading.finish();
    }
  }

  private void settle(
      SourceSet set, Optional<BaseImages> base, ReadSpan span, DataOutputStream places)
      throws IOException {
    set.addDigests(span.first(), span.digests(), span.count());
    FileTable files = set.manifest().files();
    int at = 0;
    int file = files.fileOf(span.first());
    for (int i = 0; i < span.count(); i++) {
      int chunk = span.first() + i;
      while (chunk >= files.endChunk(file)) {
        file++;
      }
      int length = files.lengthOf(file, chunk);
      int known = base.isPresent() ? base.get().of(chunk) : BaseImages.NONE;
      if (known != BaseImages.NONE) {
        places.writeLong(base.get().place(known));
      } else {
        places.writeLong(place(span, i, at, length));
        at += length;
      }
      settled += length;
    }
    done.accept(settled);
  }

  private long place(ReadSpan span, int number, int at, int length) throws IOException {
    System.arraycopy(span.digests(), number * Chunks.DIGEST_BYTES, digest, 0, Chunks.DIGEST_BYTES);
    if (Digests.isZero(digest, 0)) {
      return Places.ZEROS;
    }
    long there = pack.find(digest);
    if (there == PackIndex.NONE) {
      there = index.find(digest, 0, length);
    }
    return there == PackIndex.NONE ? pack.add(digest, span.content(), at, length) : there;
  }

  static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
