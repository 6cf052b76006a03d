package io.nereid.transfer.receive;

import io.nereid.domain.id.NodeId;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.pull.Span;
import io.nereid.transfer.wire.PullRequest;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Chunks of a set that is arriving, from somebody else than the sender. */
final class BorrowedChunks extends Span {
  private final IncomingSet set;
  private final long[] pairs;
  private final AtomicLong verified;

  /**
   * Describes them.
   *
   * @param pairs ascending: number in the lent tree (upper half), number in the set
   * @param verified is told how many bytes there are
   */
  BorrowedChunks(String tree, IncomingSet set, long[] pairs, int bytes, AtomicLong verified) {
    super(tree, PullRequest.CHUNKS, ranges(pairs), bytes);
    this.set = set;
    this.pairs = pairs;
    this.verified = verified;
  }

  private static int[] ranges(long[] pairs) {
    int[] ranges = new int[2 * pairs.length];
    int count = 0;
    for (long pair : pairs) {
      int chunk = (int) (pair >>> 32);
      if (count > 0 && ranges[count - 2] + ranges[count - 1] == chunk) {
        ranges[count - 1]++;
      } else {
        ranges[count++] = chunk;
        ranges[count++] = 1;
      }
    }
    return Arrays.copyOf(ranges, count);
  }

  @Override
  protected boolean take(byte[] data, NodeId from) throws IOException {
    FileTable files = set.manifest().files();
    try (ChunkWriter writer = new ChunkWriter(set)) {
      int at = 0;
      for (long pair : pairs) {
        int chunk = (int) pair;
        int file = files.fileOf(chunk);
        int length = files.lengthOf(file, chunk);
        if (at + length > bytes() || !writer.matches(chunk, data, at, length)) {
          return false;
        }
        writer.write(file, chunk, data, at, length);
        if (set.there(chunk)) {
          verified.addAndGet(length);
        }
        at += length;
      }
      return at == bytes();
    }
  }

  /** The next offer finds that they are missing. */
  @Override
  protected void lost() {}
}
