package io.nereid.transfer.snapshot;

import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.source.ChunkReader;
import io.nereid.transfer.source.SourceSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Optional;

/**
 * Chunks that follow each other, with their digests and with the content that was hashed: so what
 * is stored is what the digest was made of, and nothing is read twice.
 *
 * @param digests one after the other
 * @param content of those that are not the base's, one after the other
 */
record ReadSpan(int first, int count, byte[] digests, byte[] content) {
  /** Reads and hashes. */
  static ReadSpan read(SourceSet set, Optional<BaseImages> base, int first, int count)
      throws IOException {
    FileTable files = set.manifest().files();
    byte[] digests = new byte[count * Chunks.DIGEST_BYTES];
    byte[] content = new byte[toRead(files, base, first, count)];
    MessageDigest sha = Digests.sha256();
    int at = 0;
    try (ChunkReader reader = new ChunkReader(set)) {
      for (int chunk = first; chunk < first + count; ) {
        int out = (chunk - first) * Chunks.DIGEST_BYTES;
        int known = known(base, chunk);
        if (known != BaseImages.NONE) {
          base.orElseThrow().digest(known, digests, out);
          chunk++;
          continue;
        }
        int file = files.fileOf(chunk);
        int end = Math.min(first + count, files.endChunk(file));
        int run = 1;
        while (chunk + run < end && known(base, chunk + run) == BaseImages.NONE) {
          run++;
        }
        int length = reader.read(file, chunk, run, ByteBuffer.wrap(content).position(at));
        for (int c = chunk; c < chunk + run; c++) {
          int bytes = files.lengthOf(file, c);
          Digests.ofChunk(sha, content, at, bytes, digests, (c - first) * Chunks.DIGEST_BYTES);
          at += bytes;
          length -= bytes;
        }
        if (length != 0) {
          throw reader.changedFailure(file, "its length differs");
        }
        chunk += run;
      }
    }
    return new ReadSpan(first, count, digests, content);
  }

  private static int known(Optional<BaseImages> base, int chunk) {
    return base.isPresent() ? base.get().of(chunk) : BaseImages.NONE;
  }

  private static int toRead(FileTable files, Optional<BaseImages> base, int first, int count) {
    if (base.isEmpty()) {
      return Math.toIntExact(files.bytesOf(first, count));
    }
    int bytes = 0;
    for (int chunk = first; chunk < first + count; chunk++) {
      if (known(base, chunk) == BaseImages.NONE) {
        bytes += files.lengthOf(files.fileOf(chunk), chunk);
      }
    }
    return bytes;
  }
}
