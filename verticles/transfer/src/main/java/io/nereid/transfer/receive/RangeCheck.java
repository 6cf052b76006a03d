package io.nereid.transfer.receive;

import io.nereid.transfer.wire.FrameException;
import java.io.IOException;

/** Checks the ranges of a frame: ascending, within the tree, and asked for. */
final class RangeCheck {
  private final IncomingSet set;

  RangeCheck(IncomingSet set) {
    this.set = set;
  }

  /** The bytes that the chunks have together; there may be only so many of them. */
  long bytes(int[] ranges, int count, long chunksMax) throws IOException {
    if (set.manifest() == null) {
      throw new FrameException("content came before its manifest");
    }
    long bytes = 0;
    long next = 0;
    long total = 0;
    for (int r = 0; r < count; r++) {
      long first = Integer.toUnsignedLong(ranges[2 * r]);
      long chunks = Integer.toUnsignedLong(ranges[2 * r + 1]);
      if (first < next || chunks == 0 || first + chunks > set.digests()) {
        throw new FrameException(
            "a range of " + chunks + " chunks at " + first + " of " + set.digests());
      }
      total += chunks;
      if (total > chunksMax) {
        throw new FrameException(total + " chunks are too many for a frame");
      }
      next = first + chunks;
      for (int c = (int) first; c < next; c++) {
        if (!set.isRequested(c)) {
          throw new FrameException("chunk " + c + " was not asked for");
        }
      }
      bytes += set.manifest().files().bytesOf((int) first, (int) chunks);
    }
    return bytes;
  }
}
