package io.nereid.nymph.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * What each page of one process was when it was read: 16 bytes a page, outside the heap. Filled by
 * one thread in the order of the addresses, then read by many. Memory goes with the arena.
 */
final class PageRecord {
  private static final int BLOCK_PAGES = 16_384;
  private static final int ENTRY_BYTES = 16;

  private final Arena arena;
  private final PageHash hash;
  private final List<Run> runs = new ArrayList<>();
  private final List<MemorySegment> blocks = new ArrayList<>();
  private final long[] scratch = new long[2];
  private long pages;
  private long lastAddress;
  private long lastCount;
  private long lastFirst;

  /** Pages that follow each other; {@code first} counts all pages before. */
  private record Run(long address, long count, long first) {}

  PageRecord(Arena arena, PageHash hash) {
    this.arena = arena;
    this.hash = hash;
  }

  /** Takes down pages that follow each other, from addresses after all that came before. */
  void add(long address, MemorySegment content, int count) {
    add(address, content, count, null, new BitSet());
  }

  /**
   * The same, telling what is new.
   *
   * @param before what was taken down earlier, or null
   * @param changed gets the number of each page, from 0 on, that is not as it was before
   */
  void add(long address, MemorySegment content, int count, PageRecord before, BitSet changed) {
    if (lastCount == 0 || lastAddress + lastCount * PageHash.PAGE_BYTES != address) {
      finish();
      lastAddress = address;
      lastFirst = pages;
    }
    for (int i = 0; i < count; i++) {
      hash.of(content, (long) i * PageHash.PAGE_BYTES, scratch, 0);
      long known = before == null ? -1 : before.find(address + (long) i * PageHash.PAGE_BYTES);
      if (known < 0 || !before.is(known, scratch)) {
        changed.set(i);
      }
      int within = (int) (pages % BLOCK_PAGES);
      if (within == 0) {
        blocks.add(arena.allocate((long) BLOCK_PAGES * ENTRY_BYTES, 8));
      }
      MemorySegment block = blocks.getLast();
      block.set(JAVA_LONG, (long) within * ENTRY_BYTES, scratch[0]);
      block.set(JAVA_LONG, (long) within * ENTRY_BYTES + 8, scratch[1]);
      pages++;
    }
    lastCount += count;
  }

  /** Nothing more comes. */
  void finish() {
    if (lastCount > 0) {
      runs.add(new Run(lastAddress, lastCount, lastFirst));
      lastCount = 0;
    }
  }

  /** Does something with each run of pages that follow each other, cut to a length. */
  void forEachPart(int pagesMax, PartAction action) {
    for (Run run : runs) {
      for (long done = 0; done < run.count(); done += pagesMax) {
        int count = (int) Math.min(pagesMax, run.count() - done);
        action.on(run.address() + done * PageHash.PAGE_BYTES, count, run.first() + done);
      }
    }
  }

  /** What is done with pages; the number is that of the first. */
  interface PartAction {
    void on(long address, int count, long number);
  }

  /** How many pages were taken down. */
  long pages() {
    return pages;
  }

  /** The address of the page with this number. */
  long address(long number) {
    int low = 0;
    int high = runs.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (runs.get(middle).first() <= number) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    Run run = runs.get(low);
    return run.address() + (number - run.first()) * PageHash.PAGE_BYTES;
  }

  /** Where in the record a page is, or -1. */
  long find(long address) {
    int low = 0;
    int high = runs.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Run run = runs.get(middle);
      if (address < run.address()) {
        high = middle - 1;
      } else if (address >= run.address() + run.count() * PageHash.PAGE_BYTES) {
        low = middle + 1;
      } else {
        return run.first() + (address - run.address()) / PageHash.PAGE_BYTES;
      }
    }
    return -1;
  }

  /** Whether the page at an offset of the content is the one that was taken down as this number. */
  boolean same(long number, MemorySegment content, long offset, long[] two) {
    hash.of(content, offset, two, 0);
    return is(number, two);
  }

  private boolean is(long number, long[] two) {
    MemorySegment block = blocks.get((int) (number / BLOCK_PAGES));
    long at = number % BLOCK_PAGES * ENTRY_BYTES;
    return block.get(JAVA_LONG, at) == two[0] && block.get(JAVA_LONG, at + 8) == two[1];
  }
}
