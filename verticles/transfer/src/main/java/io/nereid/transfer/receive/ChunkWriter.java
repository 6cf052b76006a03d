package io.nereid.transfer.receive;

import io.nereid.linux.BeneathDir.OpenFile;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;

/**
 * Verifies content against the manifest and writes it into its place, keeping the last file open.
 * One thread.
 */
final class ChunkWriter implements AutoCloseable {
  private final IncomingSet set;
  private final FileTable files;
  private final MessageDigest sha = Digests.sha256();
  private final byte[] digest = new byte[Chunks.DIGEST_BYTES];
  private int openNumber = -1;
  private OpenFile open;

  ChunkWriter(IncomingSet set) {
    this.set = set;
    this.files = set.manifest().files();
  }

  /** True when the content is that of the chunk. */
  boolean matches(int chunk, byte[] content, int at, int length) {
    Digests.ofChunk(sha, content, at, length, digest, 0);
    return set.manifest().digestIs(chunk, digest, 0);
  }

  /** Writes chunks of one file that follow each other; they have been verified. */
  void write(int file, int chunk, byte[] content, int at, int length) throws IOException {
    write(file, chunk, ByteBuffer.wrap(content, at, length));
  }

  /** Writes all that remains in the buffer, likewise. */
  void write(int file, int chunk, ByteBuffer from) throws IOException {
    if (openNumber != file) {
      close();
      open = set.dir().openWrite(set.manifest().file(file).path());
      openNumber = file;
    }
    long offset = files.offsetIn(file, chunk);
    int start = from.position();
    while (from.hasRemaining()) {
      open.channel().write(from, offset + from.position() - start);
    }
  }

  @Override
  public void close() throws IOException {
    openNumber = -1;
    if (open != null) {
      OpenFile old = open;
      open = null;
      old.close();
    }
  }
}
