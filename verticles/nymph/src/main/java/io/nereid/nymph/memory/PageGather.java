package io.nereid.nymph.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * Reads pages from many places of a process with few system calls: what was written is scattered.
 * Hands them over in the order in which they were asked for. For one thread; uses a quarter MiB
 * outside the heap until it is closed.
 */
final class PageGather implements AutoCloseable {
  private static final int PAGE_BYTES = PageHash.PAGE_BYTES;
  private static final int PAGES = 64;

  /** Also those that are not read. */
  private static final int PIECES = 512;

  private static final int PASSED = -1;

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

    /** Pages that were not to be read, in their turn. */
    default void passed(long number, int count) throws IOException {}

    /** All of the last calls of {@link #pages} in one piece. */
    default void all(ByteBuffer content) throws IOException {}
  }

  private final ProcessMemory memory;
  private final Use use;
  private final Arena arena = Arena.ofConfined();
  private final MemorySegment content = arena.allocate((long) PAGES * PAGE_BYTES, PAGE_BYTES);
  private final MemorySegment from = arena.allocate((long) PAGES * ProcessMemory.PIECE_BYTES, 8);
  private final boolean frozen;
  private final long[] numbers = new long[PIECES];
  private final int[] counts = new int[PIECES];
  private final int[] places = new int[PIECES];
  private int pieces;
  private int reads;
  private int pages;

  private PageGather(ProcessMemory memory, Use use, boolean frozen) {
    this.memory = memory;
    this.use = use;
    this.frozen = frozen;
  }

  /** Of a process that cannot end meanwhile. */
  static PageGather ofFrozen(ProcessMemory memory, Use use) {
    return new PageGather(memory, use, true);
  }

  /** Of a process that may end at any moment: then nothing more can be read of it. */
  static PageGather ofRunning(ProcessMemory memory, Use use) {
    return new PageGather(memory, use, false);
  }

  /** Asks for pages that follow each other. */
  void add(long address, int count, long number) throws IOException {
    for (int done = 0; done < count; ) {
      int now = Math.min(PAGES - pages, count - done);
      long at = (long) reads * ProcessMemory.PIECE_BYTES;
      from.set(JAVA_LONG, at, address + (long) done * PAGE_BYTES);
      from.set(JAVA_LONG, at + 8, (long) now * PAGE_BYTES);
      places[pieces] = reads++;
      pages += now;
      piece(number + done, now);
      done += now;
    }
  }

  /** Tells of pages that are not to be read, between those that are. */
  void pass(int count, long number) throws IOException {
    places[pieces] = PASSED;
    piece(number, count);
  }

  private void piece(long number, int count) throws IOException {
    numbers[pieces] = number;
    counts[pieces] = count;
    pieces++;
    if (pages == PAGES || pieces == PIECES) {
      flush();
    }
  }

  /** Reads what has not been read yet. */
  void flush() throws IOException {
    long wanted = (long) pages * PAGE_BYTES;
    // At once by the process's id, which may be another's by now; one by one by what was opened.
    boolean all =
        reads > 0
            && memory.read(from, reads, content) == wanted
            && (frozen || memory.isReadable(from.get(JAVA_LONG, 0)));
    long offset = 0;
    for (int i = 0; i < pieces; i++) {
      if (places[i] == PASSED) {
        use.passed(numbers[i], counts[i]);
        continue;
      }
      int read = all ? counts[i] : one(i, offset);
      use.pages(content, offset, numbers[i], counts[i], read);
      offset += (long) counts[i] * PAGE_BYTES;
    }
    use.all(content.asSlice(0, wanted).asByteBuffer());
    pieces = 0;
    reads = 0;
    pages = 0;
  }

  private int one(int piece, long offset) {
    int bytes = counts[piece] * PAGE_BYTES;
    long address = from.get(JAVA_LONG, (long) places[piece] * ProcessMemory.PIECE_BYTES);
    return memory.read(address, content.asSlice(offset, bytes).asByteBuffer(), bytes) / PAGE_BYTES;
  }

  @Override
  public void close() {
    arena.close();
  }
}
