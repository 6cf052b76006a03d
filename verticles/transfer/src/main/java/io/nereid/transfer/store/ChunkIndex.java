package io.nereid.transfer.store;

import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Finds a chunk by its digest among several bases: open addressing in memory off the heap, eight
 * bytes a slot (32 bits of the hash, 32 of the chunk's number over all bases). Digests themselves
 * stay in the manifests and are compared in full. A random seed keeps a peer that chooses content
 * from making long chains. One thread at a time.
 */
public final class ChunkIndex implements AutoCloseable {
  /** Nothing found. */
  public static final long NONE = -1;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final int SLOTS_MIN = 1 << 10;
  private static final double LOAD_MAX = 0.7;

  private final long seed;
  private final List<Base> bases = new ArrayList<>();
  private final List<Long> starts = new ArrayList<>();
  private long ordinals;
  private Arena arena = Arena.ofShared();
  private MemorySegment table;
  private long slots;
  private long used;

  /** The seed is any random number. */
  public ChunkIndex(long seed) {
    this.seed = seed;
    this.slots = SLOTS_MIN;
    this.table = arena.allocate(slots * 8, 8);
  }

  /**
   * Registers a base, without any of its chunks.
   *
   * @return its number, or -1 when there are too many chunks in all to number them
   */
  public int register(Base base) {
    long chunks = base.manifest().header().chunks();
    if (ordinals + chunks >= 0xffffffffL) {
      return -1;
    }
    bases.add(base);
    starts.add(ordinals);
    ordinals += chunks;
    return bases.size() - 1;
  }

  /** Adds all chunks of a base whose manifest is complete. */
  public void addAll(int number) {
    Base base = bases.get(number);
    int chunks = base.manifest().header().chunks();
    reserve(chunks);
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    for (int chunk = 0; chunk < chunks; chunk++) {
      base.manifest().digest(chunk, digest, 0);
      if (!Digests.isZero(digest, 0) && !Digests.isAbsent(digest, 0)) {
        long slot = slotOf(digest, 0);
        if (entry(slot) == 0) {
          set(slot, digest, 0, starts.get(number) + chunk);
          used++;
        }
      }
    }
  }

  /** Makes room, so that adding this many does not have to move everything several times. */
  public void reserve(long more) {
    long needed = (long) ((used + more) / LOAD_MAX) + 1;
    if (needed > slots) {
      grow(Long.highestOneBit(needed) << 1);
    }
  }

  /** Base (upper half) and chunk (lower half) with this digest, or {@link #NONE}. */
  public long find(byte[] digest, int at) {
    long entry = entry(slotOf(digest, at));
    if (entry == 0) {
      return NONE;
    }
    long ordinal = ordinal(entry);
    int number = baseOf(ordinal);
    return ((long) number << 32) | (ordinal - starts.get(number));
  }

  /** Points a digest to this chunk from now on. */
  public void put(byte[] digest, int at, int number, int chunk) {
    if (used + 1 > slots * LOAD_MAX) {
      grow(slots * 2);
    }
    long slot = slotOf(digest, at);
    if (entry(slot) == 0) {
      used++;
    }
    set(slot, digest, at, starts.get(number) + chunk);
  }

  /** The base of this number. */
  public Base base(int number) {
    return bases.get(number);
  }

  /** Number of digests. */
  public long size() {
    return used;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private long slotOf(byte[] digest, int at) {
    long hash = hash((long) LONG.get(digest, at));
    int tag = (int) (hash >>> 32);
    for (long slot = hash & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      long entry = entry(slot);
      if (entry == 0) {
        return slot;
      }
      if ((int) (entry >>> 32) == tag) {
        long ordinal = ordinal(entry);
        int number = baseOf(ordinal);
        int chunk = (int) (ordinal - starts.get(number));
        if (bases.get(number).manifest().digestIs(chunk, digest, at)) {
          return slot;
        }
      }
    }
  }

  private void set(long slot, byte[] digest, int at, long ordinal) {
    long tag = hash((long) LONG.get(digest, at)) & 0xffffffff00000000L;
    table.setAtIndex(ValueLayout.JAVA_LONG, slot, tag | (ordinal + 1));
  }

  private void grow(long to) {
    Arena nextArena = Arena.ofShared();
    MemorySegment next = nextArena.allocate(to * 8, 8);
    for (long i = 0; i < slots; i++) {
      long entry = entry(i);
      if (entry != 0) {
        long ordinal = ordinal(entry);
        int number = baseOf(ordinal);
        int chunk = (int) (ordinal - starts.get(number));
        long hash = hash(bases.get(number).manifest().digestPrefix(chunk));
        long slot = hash & (to - 1);
        while (next.getAtIndex(ValueLayout.JAVA_LONG, slot) != 0) {
          slot = (slot + 1) & (to - 1);
        }
        next.setAtIndex(ValueLayout.JAVA_LONG, slot, entry);
      }
    }
    arena.close();
    arena = nextArena;
    table = next;
    slots = to;
  }

  private int baseOf(long ordinal) {
    int low = 0;
    int high = starts.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (starts.get(middle) <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private long entry(long slot) {
    return table.getAtIndex(ValueLayout.JAVA_LONG, slot);
  }

  private static long ordinal(long entry) {
    return (entry & 0xffffffffL) - 1;
  }

  private long hash(long prefix) {
    long z = prefix ^ seed;
    z = (z ^ (z >>> 33)) * 0xff51afd7ed558ccdL;
    z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return z ^ (z >>> 33);
  }
}
