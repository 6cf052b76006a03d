package io.nereid.transfer.snapshot;

import io.nereid.port.Tree;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.ChunkReader;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.source.SpanHasher;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;

/** Adds trees to a snapshot that is being made. One thread, besides those that hash. */
final class SnapshotWriter {
  private static final int BUFFER_BYTES = 256 * 1024;
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

  static Path manifest(Path directory, String kind) {
    return directory.resolve(kind.toLowerCase(Locale.ROOT) + ".manifest");
  }

  static Path places(Path directory, String kind) {
    return directory.resolve(kind.toLowerCase(Locale.ROOT) + ".places");
  }

  Added add(Tree tree) throws IOException {
    Path manifestFile = manifest(directory, tree.kind().name());
    Path placesFile = places(directory, tree.kind().name());
    try (SourceSet set = SourceSet.scan(tree, false, manifestFile)) {
      SpanHasher.hashAll(set, hashPool, hashThreads + 1);
      Manifest manifest = set.manifest();
      FileTable files = manifest.files();
      try (ChunkReader reader = new ChunkReader(set);
          DataOutputStream places = Places.writer(placesFile)) {
        for (int file = 0; file < files.count(); file++) {
          addFile(set, reader, file, places);
        }
      }
      force(manifestFile);
      force(placesFile);
      return new Added(
          HexFormat.of().formatHex(manifest.sha256()), manifest.header().contentBytes());
    }
  }

  private void addFile(SourceSet set, ChunkReader reader, int file, DataOutputStream places)
      throws IOException {
    FileTable files = set.manifest().files();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    int perRead = BUFFER_BYTES / files.chunkBytes(file);
    for (int chunk = files.firstChunk(file); chunk < files.endChunk(file); chunk += perRead) {
      int count = Math.min(perRead, files.endChunk(file) - chunk);
      boolean read = false;
      for (int i = 0, at = 0; i < count; i++) {
        int length = files.lengthOf(file, chunk + i);
        long place = known(set.manifest(), chunk + i, length);
        if (place == PackIndex.NONE) {
          if (!read) {
            reader.read(file, chunk, count, buffer.clear());
            read = true;
          }
          place = addChecked(reader, file, buffer.array(), at, length);
        }
        places.writeLong(place);
        at += length;
        settled += length;
      }
      done.accept(settled);
    }
  }

  private long known(Manifest manifest, int chunk, int length) {
    manifest.digest(chunk, digest, 0);
    if (Digests.isZero(digest, 0)) {
      return Places.ZEROS;
    }
    long own = pack.find(digest);
    return own == PackIndex.NONE ? index.find(digest, 0, length) : own;
  }

  /** What was hashed may have changed since: then it is not what the manifest says. */
  private long addChecked(ChunkReader reader, int file, byte[] content, int at, int length)
      throws IOException {
    byte[] now = new byte[Chunks.DIGEST_BYTES];
    Digests.ofChunk(Digests.sha256(), content, at, length, now, 0);
    if (!java.util.Arrays.equals(now, digest)) {
      throw reader.changedFailure(file, "its content differs");
    }
    return pack.add(digest, content, at, length);
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }
}
