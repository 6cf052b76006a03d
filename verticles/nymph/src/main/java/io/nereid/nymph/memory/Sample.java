package io.nereid.nymph.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Some pages of running processes, compared with what they were in a snapshot: an estimate of what
 * has changed, for a few milliseconds of reading.
 *
 * @param pages that the snapshot has
 * @param looked how many of them were looked at
 * @param changed how many of those had changed
 * @param fresh pages that have come since the snapshot was taken, by the kernel's count
 */
public record Sample(long pages, int looked, int changed, long fresh) {
  /** What has changed in all. */
  public long leftBytes() {
    long estimate = looked == 0 ? 0 : Math.round(pages * (changed / (double) looked));
    return (estimate + fresh) * PageHash.PAGE_BYTES;
  }

  static Sample take(Path proc, MemorySnapshot snapshot, Collection<Integer> pids, int wanted) {
    Map<Integer, Integer> now = ProcessIds.byIdInside(proc, pids);
    long all = snapshot.memoryBytes() / PageHash.PAGE_BYTES;
    int looked = 0;
    int changed = 0;
    long fresh = 0;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment page = arena.allocate(PageHash.PAGE_BYTES, PageHash.PAGE_BYTES);
      for (Map.Entry<Integer, Integer> one : now.entrySet()) {
        Path process = proc.resolve(one.getValue().toString());
        fresh +=
            Math.max(0, ResidentPages.anonymous(process) - snapshot.anonymousPages(one.getKey()));
        PageRecord record = snapshot.records().get(one.getKey());
        if (record == null || record.pages() == 0) {
          continue;
        }
        int share =
            (int) Math.min(record.pages(), Math.max(1, Math.ceilDiv(wanted * record.pages(), all)));
        try (ProcessMemory memory = ProcessMemory.open(process)) {
          changed += changed(memory, record, share, page);
          looked += share;
        } catch (IOException e) {
          // It has ended: nothing of it is left to send.
          continue;
        }
      }
    }
    return new Sample(all, looked, changed, fresh);
  }

  /** One page out of each of as many parts of equal size: random, and spread evenly. */
  private static int changed(
      ProcessMemory memory, PageRecord record, int looks, MemorySegment page) {
    long[] two = new long[2];
    int changed = 0;
    for (int i = 0; i < looks; i++) {
      long from = record.pages() * i / looks;
      long to = Math.max(from + 1, record.pages() * (i + 1) / looks);
      long number = ThreadLocalRandom.current().nextLong(from, to);
      int read = memory.read(record.address(number), page.asByteBuffer(), PageHash.PAGE_BYTES);
      if (read == PageHash.PAGE_BYTES && !record.same(number, page, 0, two)) {
        changed++;
      }
    }
    return changed;
  }
}
