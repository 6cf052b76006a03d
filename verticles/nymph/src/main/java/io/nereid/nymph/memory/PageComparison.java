package io.nereid.nymph.memory;

import io.nereid.nymph.track.PageRanges;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Which pages of a process that does not run are as a record has them. Only those are read of which
 * the kernel does not know it. Blocks; reads on the threads that it is given.
 *
 * @param same pages by their number in the record
 * @param tracked of how many the kernel knew
 * @param compared how many were read
 */
record PageComparison(BitSet same, long tracked, long compared) {
  private static final int PAGE_BYTES = PageHash.PAGE_BYTES;
  private static final int TASK_PAGES = 2048;

  private record Part(long address, int pages, int first) {}

  /**
   * Compares.
   *
   * @param unchanged pages of which the kernel knows that they are
   */
  static PageComparison of(
      ProcessMemory memory, PageRecord record, PageRanges unchanged, ExecutorService pool)
      throws IOException {
    BitSet same = new BitSet(Math.toIntExact(record.pages()));
    List<Part> parts = unknown(record, unchanged, same);
    long tracked = same.cardinality();
    long compared = parts.stream().mapToLong(Part::pages).sum();
    List<Future<BitSet>> results = new ArrayList<>();
    for (List<Part> share : shares(parts)) {
      Callable<BitSet> work = () -> compare(memory, record, share);
      results.add(pool.submit(work));
    }
    for (Future<BitSet> result : results) {
      same.or(await(result));
    }
    return new PageComparison(same, tracked, compared);
  }

  /** What has to be read; everything else is marked. */
  private static List<Part> unknown(PageRecord record, PageRanges unchanged, BitSet same) {
    List<Part> parts = new ArrayList<>();
    PageRanges.Cursor known = unchanged.cursor();
    record.forEachPart(
        TASK_PAGES,
        (start, count, first) -> {
          long end = start + (long) count * PAGE_BYTES;
          for (long address = start; address < end; ) {
            boolean is = known.has(address);
            long to = known.until(address, end);
            int number = Math.toIntExact(first + (address - start) / PAGE_BYTES);
            int pages = (int) ((to - address) / PAGE_BYTES);
            if (is) {
              same.set(number, number + pages);
            } else {
              parts.add(new Part(address, pages, number));
            }
            address = to;
          }
        });
    return parts;
  }

  /** Areas may be many and tiny: parts are handed out in shares of a sensible size. */
  private static List<List<Part>> shares(List<Part> parts) {
    List<List<Part>> shares = new ArrayList<>();
    List<Part> share = new ArrayList<>();
    int pages = 0;
    for (Part part : parts) {
      share.add(part);
      pages += part.pages();
      if (pages >= TASK_PAGES) {
        shares.add(share);
        share = new ArrayList<>();
        pages = 0;
      }
    }
    if (!share.isEmpty()) {
      shares.add(share);
    }
    return shares;
  }

  private static BitSet compare(ProcessMemory memory, PageRecord record, List<Part> parts)
      throws IOException {
    BitSet same = new BitSet();
    long[] two = new long[2];
    PageGather.Use use =
        (content, offset, number, wanted, read) -> {
          for (int i = 0; i < read; i++) {
            if (record.same(number + i, content, offset + (long) i * PAGE_BYTES, two)) {
              same.set((int) number + i);
            }
          }
        };
    try (PageGather gather = PageGather.ofFrozen(memory, use)) {
      for (Part part : parts) {
        gather.add(part.address(), part.pages(), part.first());
      }
      gather.flush();
    }
    return same;
  }

  private static <T> T await(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while comparing memory", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }
}
