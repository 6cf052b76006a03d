package io.nereid.nymph.memory;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
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
  private long round = -1;

  /** Pages that follow each other; {@code first} counts all pages before. */
  private record Run(long address, long count, long first) {
    long end() {
      return address + count * PageHash.PAGE_BYTES;
    }
  }

  PageRecord(Arena arena, PageHash hash) {
    this.arena = arena;
    this.hash = hash;
  }

  /**
   * One that was made elsewhere.
   *
   * @param runs address and count of each run of pages
   * @param hashes of all pages
   */
  static PageRecord of(PageHash hash, long[] runs, MemorySegment hashes) {
    PageRecord record = new PageRecord(null, hash);
    for (int i = 0; i < runs.length; i += 2) {
      record.runs.add(new Run(runs[i], runs[i + 1], record.pages));
      record.pages = Math.addExact(record.pages, runs[i + 1]);
    }
    if (hashes.byteSize() != record.pages * ENTRY_BYTES) {
      throw new IllegalArgumentException("there are not as many hashes as pages");
    }
    long block = (long) BLOCK_PAGES * ENTRY_BYTES;
    for (long at = 0; at < hashes.byteSize(); at += block) {
      record.blocks.add(hashes.asSlice(at, Math.min(block, hashes.byteSize() - at)));
    }
    return record;
  }

  /** How many runs of pages there are. */
  int runs() {
    return runs.size();
  }

  /** Writes all hashes, in the order of the pages. */
  void writeHashes(WritableByteChannel out) throws IOException {
    long left = pages * ENTRY_BYTES;
    for (MemorySegment block : blocks) {
      ByteBuffer bytes = block.asSlice(0, Math.min(left, block.byteSize())).asByteBuffer();
      left -= bytes.remaining();
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
    }
  }

  /** Takes down pages that follow each other, from addresses after all that came before. */
  void add(long address, MemorySegment content, int count) {
    add(address, content, count, null, new BitSet());
  }

  /** The round of write tracking at whose beginning this was begun; -1 when there was none. */
  long round() {
    return round;
  }

  void round(long number) {
    round = number;
  }

  /**
   * The same, telling what is new.
   *
   * @param before finds what was taken down earlier; or null
   * @param changed gets the number of each page, from 0 on, that is not as it was before
   */
  void add(long address, MemorySegment content, int count, Finder before, BitSet changed) {
    begin(address);
    for (int i = 0; i < count; i++) {
      hash.of(content, (long) i * PageHash.PAGE_BYTES, scratch, 0);
      long known = before == null ? -1 : before.find(address + (long) i * PageHash.PAGE_BYTES);
      if (known < 0 || !before.record().is(known, scratch)) {
        changed.set(i);
      }
      append(scratch[0], scratch[1]);
    }
    lastCount += count;
  }

  /** Takes down pages that are as they were earlier, where all of them must be. */
  void keep(long address, int count, Finder before) {
    begin(address);
    for (int i = 0; i < count; i++) {
      long known = before.find(address + (long) i * PageHash.PAGE_BYTES);
      MemorySegment block = before.record().blocks.get((int) (known / BLOCK_PAGES));
      long at = known % BLOCK_PAGES * ENTRY_BYTES;
      append(block.get(JAVA_LONG, at), block.get(JAVA_LONG, at + 8));
    }
    lastCount += count;
  }

  private void begin(long address) {
    if (lastCount == 0 || lastAddress + lastCount * PageHash.PAGE_BYTES != address) {
      finish();
      lastAddress = address;
      lastFirst = pages;
    }
  }

  private void append(long low, long high) {
    int within = (int) (pages % BLOCK_PAGES);
    if (within == 0) {
      blocks.add(arena.allocate((long) BLOCK_PAGES * ENTRY_BYTES, 8));
    }
    MemorySegment block = blocks.getLast();
    block.set(JAVA_LONG, (long) within * ENTRY_BYTES, low);
    block.set(JAVA_LONG, (long) within * ENTRY_BYTES + 8, high);
    pages++;
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

  /** Looks for pages in the order of their addresses. */
  Finder finder() {
    return new Finder(this);
  }

  /** Goes along with addresses that never become smaller. For one thread. */
  static final class Finder {
    private final PageRecord record;
    private int at;

    private Finder(PageRecord record) {
      this.record = record;
    }

    PageRecord record() {
      return record;
    }

    /** Where in the record a page is, or -1. */
    long find(long address) {
      List<Run> runs = record.runs;
      while (at < runs.size() && runs.get(at).end() <= address) {
        at++;
      }
      if (at == runs.size() || address < runs.get(at).address()) {
        return -1;
      }
      Run run = runs.get(at);
      return run.first() + (address - run.address()) / PageHash.PAGE_BYTES;
    }
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
