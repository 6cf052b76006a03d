package io.nereid.nymph.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * The memory of frozen processes, page by page, for a program that outlives the daemon: what is as
 * it was sent ahead, and the content of all else. The processes stay open, so that what is read is
 * theirs even when their ids belong to others. Blocks; thread-safe.
 */
public final class FrozenPages implements AutoCloseable {
  private static final int PAGE_BYTES = PageHash.PAGE_BYTES;
  private static final int SCRATCH_PAGES = 64;
  private final ThreadLocal<ByteBuffer> scratch =
      ThreadLocal.withInitial(() -> buffer(SCRATCH_PAGES));
  private final Arena arena = Arena.ofShared();
  private final Map<Integer, PageRecord> before;
  private final Map<Integer, ProcessMemory> processes = new HashMap<>();

  /**
   * Opens them.
   *
   * @param hashes a file that {@link MemorySnapshot#save} has written
   * @param byIdInside ids on this host by ids inside the container
   */
  public FrozenPages(Path hashes, Map<Integer, Integer> byIdInside) throws IOException {
    this(Path.of("/proc"), hashes, byIdInside);
  }

  FrozenPages(Path proc, Path hashes, Map<Integer, Integer> byIdInside) throws IOException {
    try {
      before = SavedHashes.read(hashes, arena);
      for (Map.Entry<Integer, Integer> one : byIdInside.entrySet()) {
        processes.put(
            one.getKey(), ProcessMemory.open(proc.resolve(Integer.toString(one.getValue()))));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Which of some pages are as they were sent, from the first on. */
  public BitSet same(int process, long address, int pages) throws IOException {
    BitSet same = new BitSet(pages);
    PageRecord record = before.get(process);
    if (record == null) {
      return same;
    }
    ByteBuffer content = scratch.get();
    MemorySegment segment = MemorySegment.ofBuffer(content.clear());
    long[] two = new long[2];
    PageRecord.Finder finder = record.finder();
    for (int done = 0; done < pages; done += SCRATCH_PAGES) {
      long from = address + (long) done * PAGE_BYTES;
      int count = Math.min(SCRATCH_PAGES, pages - done);
      read(process, from, count, content);
      for (int i = 0; i < count; i++) {
        long at = (long) i * PAGE_BYTES;
        long number = finder.find(from + at);
        if (number >= 0 && record.same(number, segment, at, two)) {
          same.set(done + i);
        }
      }
    }
    return same;
  }

  /** A buffer for {@link #read}. */
  public static ByteBuffer buffer(int pages) {
    return ByteBuffer.allocateDirect(pages * PAGE_BYTES);
  }

  /**
   * Reads pages into the beginning of a buffer.
   *
   * @throws IOException when one cannot be read
   */
  public void read(int process, long address, int pages, ByteBuffer into) throws IOException {
    ProcessMemory memory = processes.get(process);
    if (memory == null) {
      throw new IOException("no process of the container is called " + process + " inside");
    }
    int wanted = pages * PAGE_BYTES;
    int read = memory.read(address, into, wanted);
    if (read != wanted) {
      throw new IOException(
          "only %d of %d bytes of process %d at %x could be read"
              .formatted(read, wanted, process, address));
    }
    into.flip();
  }

  @Override
  public void close() {
    processes.values().forEach(ProcessMemory::close);
    arena.close();
  }
}
