package io.nereid.nymph.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads pages from many places of a frozen process with few system calls: what was written is
 * scattered. Hands them over in the order in which they were asked for. For one thread; uses a
 * quarter MiB outside the heap until it is closed.
 */
final class PageGather implements AutoCloseable {
  private static final int PAGE_BYTES = PageHash.PAGE_BYTES;
  private static final int PAGES = 64;

  /** Gets what was read. */
  interface Use {
    /**
     * Pages that follow each other.
     *
     * @param number of the first, as it was asked for
     * @param wanted how many were asked for
     * @param read how many could be read
     */
    void pages(MemorySegment content, long offset, long number, int wanted, int read)
        throws IOException;

    /** All of the last calls of {@link #pages} in one piece. */
    default void all(ByteBuffer content) throws IOException {}
  }

  private final ProcessMemory memory;
  private final Use use;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment content = arena.allocate((long) PAGES * PAGE_BYTES, PAGE_BYTES);
  private final MemorySegment from = arena.allocate((long) PAGES * ProcessMemory.PIECE_BYTES, 8);
  private final long[] numbers = new long[PAGES];
  private final int[] counts = new int[PAGES];
  private int pieces;
  private int pages;

  PageGather(ProcessMemory memory, Use use) {
    this.memory = memory;
    this.use = use;
  }

  /** Asks for pages that follow each other. */
  void add(long address, int count, long number) throws IOException {
    for (int done = 0; done < count; ) {
      int now = Math.min(PAGES - pages, count - done);
      long at = (long) pieces * ProcessMemory.PIECE_BYTES;
      from.set(JAVA_LONG, at, address + (long) done * PAGE_BYTES);
      from.set(JAVA_LONG, at + 8, (long) now * PAGE_BYTES);
      numbers[pieces] = number + done;
      counts[pieces] = now;
      pieces++;
      pages += now;
      done += now;
      if (pages == PAGES) {
        flush();
      }
    }
  }

  /** Reads what has not been read yet. */
  void flush() throws IOException {
    long wanted = (long) pages * PAGE_BYTES;
    boolean all = memory.read(from, pieces, content) == wanted;
    long offset = 0;
    for (int i = 0; i < pieces; i++) {
      int read = all ? counts[i] : one(i, offset);
      use.pages(content, offset, numbers[i], counts[i], read);
      offset += (long) counts[i] * PAGE_BYTES;
    }
    use.all(content.asSlice(0, wanted).asByteBuffer());
    pieces = 0;
    pages = 0;
  }

  private int one(int piece, long offset) {
    int bytes = counts[piece] * PAGE_BYTES;
    long address = from.get(JAVA_LONG, (long) piece * ProcessMemory.PIECE_BYTES);
    return memory.read(address, content.asSlice(offset, bytes).asByteBuffer(), bytes) / PAGE_BYTES;
  }

  @Override
  public void close() {
    arena.close();
  }
}
