package io.nereid.transfer.store;

import io.nereid.linux.BeneathDir;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.ChunkReader;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.tree.TreeBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;

/** Copies a hashed tree, comparing every chunk with its digest on the way: it may have changed. */
final class LayerCopier {
  private static final int BUFFER_BYTES = 256 * 1024;

  private LayerCopier() {}

  static void copy(SourceSet source, Path target) throws IOException {
    Manifest manifest = source.manifest();
    FileTable files = manifest.files();
    try (BeneathDir dir = BeneathDir.open(target);
        ChunkReader reader = new ChunkReader(source)) {
      TreeBuilder.create(manifest, dir);
      for (int file = 0; file < files.count(); file++) {
        if (files.firstChunk(file) < files.endChunk(file)) {
          copyFile(source, reader, file, dir);
        }
      }
      TreeBuilder.finish(manifest, dir);
    }
  }

  private static void copyFile(SourceSet source, ChunkReader reader, int file, BeneathDir dir)
      throws IOException {
    Manifest manifest = source.manifest();
    FileTable files = manifest.files();
    MessageDigest sha = Digests.sha256();
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    int perRead = BUFFER_BYTES / files.chunkBytes(file);
    try (BeneathDir.OpenFile out = dir.openWrite(manifest.file(file).path())) {
      for (int chunk = files.firstChunk(file); chunk < files.endChunk(file); chunk += perRead) {
        int count = Math.min(perRead, files.endChunk(file) - chunk);
        reader.read(file, chunk, count, buffer.clear());
        for (int i = 0, at = 0; i < count; i++) {
          int length = files.lengthOf(file, chunk + i);
          Digests.ofChunk(sha, buffer.array(), at, length, digest, 0);
          if (!manifest.digestIs(chunk + i, digest, 0)) {
            throw reader.changedFailure(file, "its content differs");
          }
          if (!Digests.isZero(digest, 0)) {
            ByteBuffer one = buffer.duplicate().position(at).limit(at + length);
            long offset = files.offsetIn(file, chunk + i);
            while (one.hasRemaining()) {
              out.channel().write(one, offset + one.position() - at);
            }
          }
          at += length;
        }
      }
    }
  }
}
