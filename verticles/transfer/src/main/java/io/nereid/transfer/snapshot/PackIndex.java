package io.nereid.transfer.snapshot;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds a chunk by its digest among packs: open addressing outside the heap, eight bytes a slot (32
 * bits of the hash, 32 of the chunk's number over all packs). Digests stay in the packs' lists and
 * are compared in full; a random seed keeps chosen content from making long chains. One thread at a
 * time.
 */
final class PackIndex implements AutoCloseable {
  /** A chunk that is nowhere. */
  static final long NONE = -2;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final double LOAD_MAX = 0.7;
  private static final long CHUNKS_MAX = 0xfffffffeL;
  private final long seed = ThreadLocalRandom.current().nextLong();
  private final List<Pack> packs = new ArrayList<>();
  private final List<BitSet> without = new ArrayList<>();
  private long[] starts = new long[64];
  private long chunks;
  private Arena arena = Arena.ofShared();
  private long slots = 1 << 12;
  private MemorySegment table = arena.allocate(slots * 8, 8);

  /** Adds a pack, which is closed with the index. False when there are too many chunks in all. */
  boolean add(Pack pack) {
    return add(pack, new BitSet());
  }

  /** The same without chunks in some of its units. */
  boolean add(Pack pack, BitSet damaged) {
    if (chunks + pack.count() > CHUNKS_MAX) {
      pack.close();
      return false;
    }
    if (packs.size() == starts.length) {
      starts = Arrays.copyOf(starts, 2 * starts.length);
    }
    starts[packs.size()] = chunks;
    packs.add(pack);
    without.add(damaged);
    long first = chunks;
    chunks += pack.count();
    if (chunks > slots * LOAD_MAX) {
      grow(Long.highestOneBit((long) (chunks / LOAD_MAX)) << 1);
    } else {
      insert(pack, damaged, first);
    }
    return true;
  }

  private void insert(Pack pack, BitSet damaged, long first) {
    byte[] digest = new byte[32];
    for (int entry = 0; entry < pack.count(); entry++) {
      if (damaged.get(pack.unit(entry))) {
        continue;
      }
      pack.digest(entry, digest);
      long hash = hash(digest, 0);
      long slot = slotOf(hash, digest, 0);
      if (get(slot) == 0) {
        table.setAtIndex(
            ValueLayout.JAVA_LONG, slot, (hash & 0xffffffff00000000L) | (first + entry + 1));
      }
    }
  }

  private void grow(long to) {
    arena.close();
    arena = Arena.ofShared();
    slots = to;
    table = arena.allocate(slots * 8, 8);
    for (int i = 0; i < packs.size(); i++) {
      insert(packs.get(i), without.get(i), starts[i]);
    }
  }

  /** The place of a chunk as {@link Places} writes it, or {@link #NONE}. */
  long find(byte[] digest, int at, int length) {
    long value = get(slotOf(hash(digest, at), digest, at));
    if (value == 0) {
      return NONE;
    }
    long ordinal = (value & 0xffffffffL) - 1;
    int number = packOf(ordinal);
    Pack pack = packs.get(number);
    int entry = (int) (ordinal - starts[number]);
    return pack.length(entry) == length ? Places.place(pack.number(), pack.unit(entry)) : NONE;
  }

  /** Packs without chunks begin where the next one does, which is the one that is found. */
  private int packOf(long ordinal) {
    int low = 0;
    int high = packs.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts[middle] <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private long slotOf(long hash, byte[] digest, int at) {
    long mask = slots - 1;
    for (long slot = hash & mask; ; slot = (slot + 1) & mask) {
      long value = get(slot);
      if (value == 0) {
        return slot;
      }
      if (((value ^ hash) & 0xffffffff00000000L) == 0) {
        long ordinal = (value & 0xffffffffL) - 1;
        int number = packOf(ordinal);
        if (packs.get(number).digestIs((int) (ordinal - starts[number]), digest, at)) {
          return slot;
        }
      }
    }
  }

  /** Bytes that it takes outside the heap, without the lists of packs, which are mapped files. */
  long bytes() {
    return slots * 8;
  }

  /** Chunks of all packs. */
  long chunks() {
    return chunks;
  }

  private long get(long slot) {
    return table.getAtIndex(ValueLayout.JAVA_LONG, slot);
  }

  private long hash(byte[] digest, int at) {
    long mixed = ((long) LONG.get(digest, at) ^ seed) * 0x9e3779b97f4a7c15L;
    return mixed ^ (mixed >>> 29);
  }

  @Override
  public void close() {
    packs.forEach(Pack::close);
    arena.close();
  }
}
