package io.nereid.transfer.source;

import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.wire.Protocol;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Computes the digests of a span of chunks. Stateless; one call uses one thread. */
public final class SpanHasher {
  /** Content of a span, so that what is found out early can be sent early. */
  public static final long SPAN_BYTES_MAX = 4L << 20;

  private static final int READ_BYTES = 256 * 1024;

  /** Asking the kernel where the holes are is not worth while for a smaller file. */
  private static final long HOLES_FROM_BYTES = 1L << 20;

  private SpanHasher() {}

  /**
   * Chunks that are hashed and offered together.
   *
   * @param digests one after the other
   */
  public record Span(SourceSet set, int first, int count, byte[] digests) {}

  /** How many chunks the span that starts here has. */
  public static int spanCount(FileTable files, int first) {
    long bytes = 0;
    int chunk = first;
    int end = Math.min(files.chunks(), first + Protocol.PART_DIGESTS_MAX);
    while (chunk < end && bytes < SPAN_BYTES_MAX) {
      int file = files.fileOf(chunk);
      long room = Math.max(1, (SPAN_BYTES_MAX - bytes) / files.chunkBytes(file));
      int upTo = (int) Math.min(Math.min(end, files.endChunk(file)), chunk + room);
      bytes += (long) (upTo - chunk) * files.chunkBytes(file);
      chunk = upTo;
    }
    return chunk - first;
  }

  /** Reads and hashes; what cannot be read in a tolerant set is marked absent. */
  public static Span hash(SourceSet set, int first, int count) throws IOException {
    FileTable files = set.manifest().files();
    byte[] digests = new byte[count * Chunks.DIGEST_BYTES];
    byte[] content = new byte[READ_BYTES];
    MessageDigest sha = Digests.sha256();
    int asked = -1;
    boolean inZeros = false;
    try (ChunkReader reader = new ChunkReader(set)) {
      for (int chunk = first; chunk < first + count; ) {
        int file = files.fileOf(chunk);
        int most = Math.min(first + count, files.endChunk(file)) - chunk;
        if (asked != file || inZeros) {
          asked = file;
          inZeros = false;
          int hole = holeChunks(set, file, chunk, most);
          if (hole > 0) {
            // The digest of zeros is what the array holds already.
            chunk += hole;
            continue;
          }
        }
        int run = Math.min(most, READ_BYTES / files.chunkBytes(file));
        int length = reader.read(file, chunk, run, java.nio.ByteBuffer.wrap(content));
        int at = 0;
        for (int c = chunk; c < chunk + run; c++) {
          int bytes = files.lengthOf(file, c);
          int out = (c - first) * Chunks.DIGEST_BYTES;
          if (at + bytes <= length) {
            Digests.ofChunk(sha, content, at, bytes, digests, out);
          } else {
            Digests.markAbsent(digests, out);
          }
          at += bytes;
        }
        chunk += run;
        inZeros = Digests.isZero(digests, (chunk - 1 - first) * Chunks.DIGEST_BYTES);
      }
    }
    return new Span(set, first, count, digests);
  }

  /** How many chunks from here on are nothing but hole; asked of large files only. */
  private static int holeChunks(SourceSet set, int file, int chunk, int most) {
    FileTable files = set.manifest().files();
    long size = files.size(file);
    if (size < HOLES_FROM_BYTES) {
      return 0;
    }
    long offset = files.offsetIn(file, chunk);
    try {
      long data = set.dir().nextData(set.manifest().file(file).path(), offset);
      long whole = Math.max(0, data - offset) / files.chunkBytes(file);
      return data >= size ? most : (int) Math.min(most, whole);
    } catch (IOException e) {
      // Reading it says better what is wrong.
      return 0;
    }
  }

  /** Computes all digests that are missing, on several threads; blocks. */
  public static void hashAll(SourceSet set, ExecutorService pool, int ahead) throws IOException {
    Deque<Future<Span>> queue = new ArrayDeque<>();
    int chunks = set.manifest().header().chunks();
    try {
      for (int first = set.hashed(); first < chunks; ) {
        int from = first;
        int count = spanCount(set.manifest().files(), first);
        queue.add(pool.submit(() -> hash(set, from, count)));
        first += count;
        if (queue.size() > ahead) {
          settle(queue.remove());
        }
      }
      while (!queue.isEmpty()) {
        settle(queue.remove());
      }
    } finally {
      queue.forEach(f -> f.cancel(false));
    }
  }

  private static void settle(Future<Span> hashing) throws IOException {
    try {
      Span span = hashing.get();
      span.set().addDigests(span.first(), span.digests(), span.count());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while hashing");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException io) {
        throw io;
      }
      if (e.getCause() instanceof RuntimeException r) {
        throw r;
      }
      throw new IOException(e.getCause());
    }
  }
}
