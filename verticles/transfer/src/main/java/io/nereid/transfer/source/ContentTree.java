package io.nereid.transfer.source;

import io.nereid.transfer.manifest.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A tree that can be read in chunks. Any number of threads, each with a reader of its own. */
public interface ContentTree extends AutoCloseable {
  /** What is in it; its path is the manifest's file. */
  Manifest manifest();

  /** One thread's way to the content. */
  Reader reader();

  @Override
  void close();

  /** Reads chunks. One thread. */
  interface Reader extends AutoCloseable {
    /**
     * Reads chunks that follow each other into a buffer at its position. What is read has not been
     * compared with its digests: whoever gets it does that.
     *
     * @throws IOException also when it is not there any more
     */
    void read(int first, int count, ByteBuffer into) throws IOException;

    @Override
    void close();
  }
}
