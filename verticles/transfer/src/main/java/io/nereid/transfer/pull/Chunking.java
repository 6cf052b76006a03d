package io.nereid.transfer.pull;

import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.wire.Protocol;
import java.util.Arrays;

/** Puts single chunks, named in ascending order, together to spans. One thread. */
public abstract class Chunking {
  private final FileTable files;
  private final int bytesMax;
  private final int[] ranges = new int[2 * Protocol.FRAME_RANGES_MAX];
  private int count;
  private int bytes;

  /**
   * Begins.
   *
   * @param bytesMax of a span
   */
  protected Chunking(FileTable files, int bytesMax) {
    this.files = files;
    this.bytesMax = Math.min(bytesMax, Protocol.FRAME_BYTES_MAX);
  }

  /** One more. */
  public final void add(int chunk) {
    int length = files.lengthOf(files.fileOf(chunk), chunk);
    boolean joins = count > 0 && ranges[count - 2] + ranges[count - 1] == chunk;
    if (bytes + length > bytesMax || (!joins && count == ranges.length)) {
      end();
      joins = false;
    }
    if (joins) {
      ranges[count - 1]++;
    } else {
      ranges[count++] = chunk;
      ranges[count++] = 1;
    }
    bytes += length;
  }

  /** No more come. */
  public final void end() {
    if (count > 0) {
      int[] complete = Arrays.copyOf(ranges, count);
      int of = bytes;
      count = 0;
      bytes = 0;
      span(complete, of);
    }
  }

  /** A span is complete. */
  protected abstract void span(int[] complete, int of);
}
