package io.nereid.transfer.snapshot;

import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.security.MessageDigest;

/**
 * Copies chunks that lie one after the other in a pack and in a file, with one read and one write.
 * For one thread.
 */
final class SpanCopy implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;
  private final Manifest manifest;
  private final FileTable files;
  private final Arena arena = Arena.ofConfined();
  private final ByteBuffer buffer = direct();
  private final byte[] heap = new byte[Chunks.FILE_CHUNK_BYTES];
  private final MessageDigest sha = Digests.sha256();
  private final byte[] digest = new byte[Chunks.DIGEST_BYTES];

  SpanCopy(Manifest manifest) {
    this.manifest = manifest;
    this.files = manifest.files();
  }

  private ByteBuffer direct() {
    MemorySegment segment = arena.allocate(BUFFER_BYTES, Pack.UNIT_BYTES);
    return segment.asByteBuffer();
  }

  /** How many chunks from this one on lie one after the other, or are zeros; 1 at least. */
  int run(PlaceTable places, int file, int chunk, int end) {
    long first = places.of(chunk);
    int units = files.chunkBytes(file) / Pack.UNIT_BYTES;
    int most = Math.min(end - chunk, BUFFER_BYTES / files.chunkBytes(file));
    int run = 1;
    while (run < most
        && places.of(chunk + run)
            == (first == Places.ZEROS ? Places.ZEROS : first + (long) run * units)) {
      run++;
    }
    return run;
  }

  /** Copies; false when the content is not what it was. */
  boolean copy(FileChannel from, long place, int file, int chunk, int run, FileChannel to)
      throws IOException {
    long offset = files.offsetIn(file, chunk);
    int bytes = (int) (Math.min(files.size(file), files.offsetIn(file, chunk + run)) - offset);
    buffer.clear().limit(bytes);
    while (buffer.hasRemaining()) {
      if (from.read(buffer, Places.offset(place) + buffer.position()) <= 0) {
        return false;
      }
    }
    for (int i = 0, at = 0; i < run; i++) {
      int length = files.lengthOf(file, chunk + i);
      buffer.get(at, heap, 0, length);
      Digests.ofChunk(sha, heap, 0, length, digest, 0);
      if (!manifest.digestIs(chunk + i, digest, 0)) {
        return false;
      }
      at += length;
    }
    buffer.flip();
    while (buffer.hasRemaining()) {
      to.write(buffer, offset + buffer.position());
    }
    return true;
  }

  /** How many the last call has copied. */
  int bytes() {
    return buffer.limit();
  }

  @Override
  public void close() {
    arena.close();
  }
}
