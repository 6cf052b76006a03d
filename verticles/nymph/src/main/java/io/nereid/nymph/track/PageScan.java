package io.nereid.nymph.track;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/**
 * Asks the kernel about all pages of a process whose writes are noted.
 *
 * <p>Source: the kernel's admin-guide/mm/pagemap and linux/fs.h, PAGEMAP_SCAN.
 */
final class PageScan {
  private static final long PAGEMAP_SCAN = 0xc0606610L;
  private static final int ARGUMENT_BYTES = 96;
  private static final int REGION_BYTES = 24;
  private static final int REGIONS = 4_096;
  private static final long NOTED = 1;
  private static final long WRITTEN = 1 << 1;
  private static final long PRESENT = 1 << 3;
  private static final long WRITE_PROTECT = 1;

  /** Where user space ends on x86-64 with four levels of page tables; more is not used unasked. */
  private static final long END = (1L << 47) - 4096;

  /** More of them than this is more trouble than comparing. */
  private static final int RANGES_MAX = 1 << 18;

  private PageScan() {}

  /**
   * Pages that are in memory.
   *
   * @param unchanged since they were last protected
   * @param written since then, or never protected
   */
  record Found(PageRanges unchanged, PageRanges written) {}

  /**
   * Looks at all of them.
   *
   * @param protect whether those that were written are protected anew, in the same moment
   */
  static Found scan(Path process, boolean protect) throws IOException {
    var unchanged = new PageRanges.Builder(RANGES_MAX);
    var written = new PageRanges.Builder(RANGES_MAX);
    try (Arena arena = Arena.ofConfined();
        Descriptor pagemap = Descriptor.open(process.resolve("pagemap"))) {
      MemorySegment regions = arena.allocate((long) REGIONS * REGION_BYTES, 8);
      MemorySegment argument = arena.allocate(ARGUMENT_BYTES, 8);
      for (long start = 0; start < END; start = argument.get(JAVA_LONG, 32)) {
        long[] fields = {
          ARGUMENT_BYTES,
          protect ? WRITE_PROTECT : 0,
          start,
          END,
          0,
          regions.address(),
          REGIONS,
          0,
          0,
          NOTED | PRESENT,
          0,
          WRITTEN
        };
        MemorySegment.copy(fields, 0, argument, JAVA_LONG, 0, fields.length);
        long found = Kernel.ioctl("pagemap scan", pagemap.number(), PAGEMAP_SCAN, argument);
        for (int i = 0; i < found; i++) {
          long at = (long) i * REGION_BYTES;
          boolean wasWritten = (regions.get(JAVA_LONG, at + 16) & WRITTEN) != 0;
          if (!(wasWritten ? written : unchanged)
              .add(regions.get(JAVA_LONG, at), regions.get(JAVA_LONG, at + 8))) {
            throw new IOException("its writes are scattered too much");
          }
        }
      }
    }
    return new Found(unchanged.build(), written.build());
  }
}
