package io.nereid.nymph.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * How fast running processes rewrite their memory, found out by reading a few pages twice. Takes a
 * few milliseconds each time. For one thread.
 */
public final class DirtyProbe {
  private static final int PAGE_BYTES = PageHash.PAGE_BYTES;
  private static final int PAGES_MAX = 1_024;

  /** Areas are sparse: not every address that is tried has a page. */
  private static final int TRIES_PER_PAGE = 4;

  /** A shorter time tells nothing. */
  private static final long MS_MIN = 20;

  private final PageHash hash = new PageHash();
  private final List<Look> looks = new ArrayList<>();
  private final long beganNanos = System.nanoTime();
  private long anonymousPages;

  private record Look(Path process, long address, long low, long high) {}

  private DirtyProbe() {}

  /** Reads the first time. */
  public static DirtyProbe begin(Collection<Integer> pids) {
    DirtyProbe probe = new DirtyProbe();
    Path proc = Path.of("/proc");
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(PAGE_BYTES, PAGE_BYTES);
      for (int pid : pids) {
        Path process = proc.resolve(Integer.toString(pid));
        probe.anonymousPages += ResidentPages.anonymous(process);
        try (ProcessMemory memory = ProcessMemory.open(process)) {
          probe.look(process, memory, Math.ceilDiv(PAGES_MAX, pids.size()), page);
        } catch (IOException e) {
          // It has ended.
          continue;
        }
      }
    }
    return probe;
  }

  private void look(Path process, ProcessMemory memory, int wanted, MemorySegment page)
      throws IOException {
    List<MemoryMap.Area> areas = memory.areas();
    long bytes = areas.stream().mapToLong(MemoryMap.Area::bytes).sum();
    long[] two = new long[2];
    ByteBuffer map = ProcessMemory.pagemapBuffer(1);
    int found = 0;
    for (int i = 0; i < wanted * TRIES_PER_PAGE && found < wanted && bytes > 0; i++) {
      long address = addressAt(areas, ThreadLocalRandom.current().nextLong(bytes));
      if (memory.pagemap(address, 1, map) == 1
          && ProcessMemory.isPrivatePage(map, 0)
          && memory.read(address, page.asByteBuffer(), PAGE_BYTES) == PAGE_BYTES) {
        hash.of(page, 0, two, 0);
        looks.add(new Look(process, address, two[0], two[1]));
        found++;
      }
    }
  }

  private static long addressAt(List<MemoryMap.Area> areas, long offset) {
    long left = offset;
    for (MemoryMap.Area area : areas) {
      if (left < area.bytes()) {
        return area.start() + left / PAGE_BYTES * PAGE_BYTES;
      }
      left -= area.bytes();
    }
    throw new IllegalArgumentException("offset " + offset + " is behind the last area");
  }

  /** How long ago the first time was. */
  public long ageMs() {
    return (System.nanoTime() - beganNanos) / 1_000_000;
  }

  /**
   * Reads the second time.
   *
   * @return bytes per second, each page counted once however often it was written; -1 when there
   *     was nothing to look at, or too little time
   */
  public long bytesPerSecond() {
    long ms = ageMs();
    if (looks.isEmpty() || ms < MS_MIN) {
      return -1;
    }
    int changed = 0;
    long[] two = new long[2];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(PAGE_BYTES, PAGE_BYTES);
      ProcessMemory memory = null;
      Path opened = null;
      try {
        for (Look look : looks) {
          if (!look.process().equals(opened)) {
            if (memory != null) {
              memory.close();
            }
            memory = null;
            opened = look.process();
            memory = ProcessMemory.open(opened);
          }
          if (memory != null
              && memory.read(look.address(), page.asByteBuffer(), PAGE_BYTES) == PAGE_BYTES) {
            hash.of(page, 0, two, 0);
            changed += two[0] == look.low() && two[1] == look.high() ? 0 : 1;
          }
        }
      } catch (IOException e) {
        return -1;
      } finally {
        if (memory != null) {
          memory.close();
        }
      }
    }
    double share = changed / (double) looks.size();
    return Math.round(share * anonymousPages * PAGE_BYTES * 1_000 / ms);
  }
}
