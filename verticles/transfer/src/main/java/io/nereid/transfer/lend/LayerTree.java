package io.nereid.transfer.lend;

import io.nereid.domain.failure.FailureException;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.ChunkReader;
import io.nereid.transfer.source.ContentTree;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.store.LayerStore;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A layer of this host. */
final class LayerTree implements ContentTree {
  private final SourceSet set;

  LayerTree(LayerStore layers, String digest) throws IOException {
    this.set = SourceSet.layer(digest, layers.rootfs(digest), layers.manifest(digest));
  }

  @Override
  public Manifest manifest() {
    return set.manifest();
  }

  @Override
  public Reader reader() {
    ChunkReader chunks = new ChunkReader(set);
    FileTable files = set.manifest().files();
    return new Reader() {
      @Override
      public void read(int first, int count, ByteBuffer into) throws IOException {
        int end = first + count;
        try {
          for (int chunk = first; chunk < end; ) {
            int file = files.fileOf(chunk);
            int run = Math.min(end, files.endChunk(file)) - chunk;
            chunks.read(file, chunk, run, into);
            chunk += run;
          }
        } catch (FailureException e) {
          // Somebody has changed the layer: it is not lent any more, and others have it.
          throw new IOException(e.getMessage(), e);
        }
      }

      @Override
      public void close() {
        chunks.close();
      }
    };
  }

  @Override
  public void close() {
    set.close();
  }
}
