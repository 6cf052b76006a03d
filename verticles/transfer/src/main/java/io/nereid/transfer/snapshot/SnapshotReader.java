package io.nereid.transfer.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.SnapshotId;
import io.nereid.linux.BeneathDir;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.tree.TreeBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;

/** Writes the trees of one snapshot, comparing each chunk with its digest. One thread. */
final class SnapshotReader implements AutoCloseable {
  private final SnapshotId id;
  private final Path directory;
  private final IntFunction<Path> content;
  private final LongConsumer done;
  private final Map<Integer, FileChannel> packs = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(Chunks.FILE_CHUNK_BYTES);
  private final MessageDigest sha = Digests.sha256();
  private final byte[] digest = new byte[Chunks.DIGEST_BYTES];
  private long written;

  /**
   * Prepares.
   *
   * @param content where the content of a pack is
   */
  SnapshotReader(SnapshotId id, Path directory, IntFunction<Path> content, LongConsumer done) {
    this.id = id;
    this.directory = directory;
    this.content = content;
    this.done = done;
  }

  /** Into an existing empty directory. */
  void unpack(TreeKind kind, String expected, Path into) throws IOException {
    try (Manifest manifest = Manifest.open(SnapshotWriter.manifest(directory, kind.name()));
        BeneathDir dir = BeneathDir.open(into)) {
      if (!HexFormat.of().formatHex(manifest.sha256()).equals(expected)) {
        throw damaged("the list of its " + kind + " tree");
      }
      TreeBuilder.create(manifest, dir);
      FileWriter out = new FileWriter(manifest, dir);
      try (out) {
        Places.forEach(
            SnapshotWriter.places(directory, kind.name()),
            manifest.header().chunks(),
            (chunk, place) -> {
              if (place != Places.ZEROS) {
                out.write(chunk, place);
              }
            });
      }
      TreeBuilder.finish(manifest, dir);
    }
  }

  private final class FileWriter implements AutoCloseable {
    private final Manifest manifest;
    private final FileTable files;
    private final BeneathDir dir;
    private int number = -1;
    private BeneathDir.OpenFile open;

    FileWriter(Manifest manifest, BeneathDir dir) {
      this.manifest = manifest;
      this.files = manifest.files();
      this.dir = dir;
    }

    void write(int chunk, long place) throws IOException {
      int file = files.fileOf(chunk);
      if (file != number) {
        close();
        open = dir.openWrite(manifest.file(file).path());
        number = file;
      }
      int length = files.lengthOf(file, chunk);
      buffer.clear().limit(length);
      FileChannel from = pack(Places.pack(place));
      long offset = Places.offset(place);
      while (buffer.hasRemaining()) {
        if (from.read(buffer, offset + buffer.position()) <= 0) {
          throw damaged(manifest.file(file).shownPath());
        }
      }
      Digests.ofChunk(sha, buffer.array(), 0, length, digest, 0);
      if (!manifest.digestIs(chunk, digest, 0)) {
        throw damaged(manifest.file(file).shownPath());
      }
      buffer.flip();
      long to = files.offsetIn(file, chunk);
      while (buffer.hasRemaining()) {
        open.channel().write(buffer, to + buffer.position());
      }
      written += length;
      done.accept(written);
    }

    @Override
    public void close() throws IOException {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }

  private FileChannel pack(int number) throws IOException {
    FileChannel there = packs.get(number);
    if (there == null) {
      there = FileChannel.open(content.apply(number), StandardOpenOption.READ);
      packs.put(number, there);
    }
    return there;
  }

  private FailureException damaged(String what) {
    return new FailureException(
        Failure.of(
            FailureCode.DIGEST_MISMATCH,
            "snapshot " + id + " is damaged on this host's disk: " + what,
            "nothing of it was used; take another one, and look at the disk"));
  }

  @Override
  public void close() throws IOException {
    for (FileChannel pack : packs.values()) {
      pack.close();
    }
  }
}
