package io.nereid.transfer.snapshot;

import io.nereid.transfer.manifest.Chunks;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The chunks of a pack that is being written: the unit of each by its digest, about 50 bytes a
 * chunk. One thread.
 */
final class OwnChunks {
  private static final int DIGEST = Chunks.DIGEST_BYTES;
  private static final int BLOCK = 1 << 15;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  // A random factor keeps chosen content from making long chains.
  private final long factor = ThreadLocalRandom.current().nextLong() | 1;
  private byte[][] digests = new byte[1][];
  private int[] units = new int[1 << 10];
  private int[] table = new int[1 << 11];
  private int count;

  /** The unit of a chunk, or -1. */
  int find(byte[] digest, int at) {
    int entry = table[slot(digest, at)] - 1;
    return entry < 0 ? -1 : units[entry];
  }

  /** Adds one that is not there. */
  void add(byte[] digest, int at, int unit) {
    if (count == units.length) {
      grow();
    }
    int block = count / BLOCK;
    if (block == digests.length) {
      digests = Arrays.copyOf(digests, 2 * block);
    }
    if (digests[block] == null) {
      digests[block] = new byte[BLOCK * DIGEST];
    }
    System.arraycopy(digest, at, digests[block], count % BLOCK * DIGEST, DIGEST);
    units[count] = unit;
    table[slot(digest, at)] = ++count;
  }

  private void grow() {
    units = Arrays.copyOf(units, 2 * count);
    table = new int[4 * count];
    for (int entry = 0; entry < count; entry++) {
      table[slot(digests[entry / BLOCK], entry % BLOCK * DIGEST)] = entry + 1;
    }
  }

  private int slot(byte[] digest, int at) {
    long hash = (long) LONG.get(digest, at) * factor;
    int mask = table.length - 1;
    for (int slot = (int) (hash >>> 33) & mask; ; slot = (slot + 1) & mask) {
      int entry = table[slot] - 1;
      if (entry < 0) {
        return slot;
      }
      int from = entry % BLOCK * DIGEST;
      if (Arrays.equals(digests[entry / BLOCK], from, from + DIGEST, digest, at, at + DIGEST)) {
        return slot;
      }
    }
  }
}
