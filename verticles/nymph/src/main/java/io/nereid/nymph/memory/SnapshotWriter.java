package io.nereid.nymph.memory;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.track.PageRanges;
import io.nereid.nymph.track.WriteTracking;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/** Reads processes and writes their pages, as far as they are new. For several threads. */
final class SnapshotWriter {
  private static final int PAGE_BYTES = PageHash.PAGE_BYTES;
  private static final int PAGES_AT_ONCE = 256;

  private final Arena arena;
  private final PageHash hash;
  private final Path images;
  private final long bytesMax;
  private final MemorySnapshot.Continue more;
  private final AtomicLong bytes = new AtomicLong();

  SnapshotWriter(
      Arena arena, PageHash hash, Path images, long bytesMax, MemorySnapshot.Continue more) {
    this.arena = arena;
    this.hash = hash;
    this.images = images;
    this.bytesMax = bytesMax;
    this.more = more;
  }

  /** Bytes that were written. */
  long bytes() {
    return bytes.get();
  }

  private boolean wanted() {
    return bytes.get() < bytesMax && more.wanted();
  }

  /**
   * Reads one process; empty when it has gone or nothing more is wanted.
   *
   * @param before what was read of it earlier, or null
   * @param tracking knows what need not be read again
   */
  Optional<PageRecord> process(
      Path process, int pid, int idInside, PageRecord before, WriteTracking tracking)
      throws IOException {
    if (!wanted()) {
      return Optional.empty();
    }
    ProcessMemory memory;
    List<MemoryMap.Area> areas;
    try {
      memory = ProcessMemory.open(process);
    } catch (IOException e) {
      return Optional.empty();
    }
    // Before anything is read: what is written from now on counts as written afterwards.
    WriteTracking.Round round = tracking.round(pid);
    boolean follows = before != null && before.round() == round.number() - 1;
    PageRecord record = new PageRecord(arena, hash);
    record.round(round.number());
    List<PagemapFile.Area> written = new ArrayList<>();
    try (memory;
        FileChannel out =
            FileChannel.open(
                images.resolve(PagemapFile.pagesName(idInside)),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE)) {
      try {
        areas = memory.areas();
      } catch (IOException e) {
        areas = List.of();
      }
      PageRanges unchanged = follows ? round.unchanged() : PageRanges.EMPTY;
      One one = new One(memory, out, record, before, unchanged, written);
      try (PageGather gather = PageGather.ofRunning(memory, one)) {
        for (MemoryMap.Area area : areas) {
          one.copy(area, gather);
        }
        gather.flush();
      }
    }
    record.finish();
    new PagemapFile(idInside, written).write(images.resolve(PagemapFile.name(idInside)));
    return Optional.of(record);
  }

  /** One process while it is read. */
  private final class One implements PageGather.Use {
    private final ProcessMemory memory;
    private final FileChannel out;
    private final PageRecord record;
    private final PageRecord.Finder before;
    private final PageRecord.Finder kept;
    private final PageRanges.Cursor unchanged;
    private final List<PagemapFile.Area> written;
    private final ByteBuffer map = ProcessMemory.pagemapBuffer(PAGES_AT_ONCE);
    private final BitSet changed = new BitSet();
    private MemorySegment unwritten = MemorySegment.NULL;

    One(
        ProcessMemory memory,
        FileChannel out,
        PageRecord record,
        PageRecord before,
        PageRanges unchanged,
        List<PagemapFile.Area> written) {
      this.memory = memory;
      this.out = out;
      this.record = record;
      this.before = before == null ? null : before.finder();
      this.kept = before == null ? null : before.finder();
      this.unchanged = unchanged.cursor();
      this.written = written;
    }

    void copy(MemoryMap.Area area, PageGather gather) throws IOException {
      long address = area.start();
      while (address < area.end() && wanted()) {
        int pages = (int) Math.min(PAGES_AT_ONCE, (area.end() - address) / PAGE_BYTES);
        int known = memory.pagemap(address, pages, map);
        int at = 0;
        while (at < known) {
          if (!ProcessMemory.isPrivatePage(map, at)) {
            at++;
            continue;
          }
          int to = at + 1;
          while (to < known && ProcessMemory.isPrivatePage(map, to)) {
            to++;
          }
          parts(address + (long) at * PAGE_BYTES, to - at, gather);
          at = to;
        }
        address += (long) pages * PAGE_BYTES;
      }
    }

    private boolean isKept(long address) {
      return kept != null && unchanged.has(address) && kept.find(address) >= 0;
    }

    private void parts(long start, int pages, PageGather gather) throws IOException {
      for (int at = 0; at < pages; ) {
        long address = start + (long) at * PAGE_BYTES;
        boolean keep = isKept(address);
        int to = at + 1;
        while (to < pages && isKept(start + (long) to * PAGE_BYTES) == keep) {
          to++;
        }
        if (keep) {
          gather.pass(to - at, address / PAGE_BYTES);
        } else {
          gather.add(address, to - at, address / PAGE_BYTES);
        }
        at = to;
      }
    }

    @Override
    public void passed(long number, int count) {
      record.keep(number * PAGE_BYTES, count, before);
      append(number * PAGE_BYTES, count, PagemapFile.PARENT);
    }

    @Override
    public void pages(MemorySegment content, long offset, long number, int wanted, int read)
        throws IOException {
      if (read == 0) {
        return;
      }
      long start = number * PAGE_BYTES;
      changed.clear();
      record.add(start, content.asSlice(offset, (long) read * PAGE_BYTES), read, before, changed);
      for (int at = 0; at < read; ) {
        boolean fresh = changed.get(at);
        int next = fresh ? changed.nextClearBit(at) : changed.nextSetBit(at);
        int to = next < 0 ? read : Math.min(read, next);
        if (fresh) {
          write(content, offset + (long) at * PAGE_BYTES, (long) (to - at) * PAGE_BYTES);
        }
        append(
            start + (long) at * PAGE_BYTES,
            to - at,
            fresh ? PagemapFile.PRESENT : PagemapFile.PARENT);
        at = to;
      }
    }

    /** What follows what is to be written already is written with it. */
    private void write(MemorySegment content, long offset, long length) throws IOException {
      if (unwritten.address() + unwritten.byteSize() != content.address() + offset) {
        flush();
        unwritten = content.asSlice(offset, 0);
      }
      long from = unwritten.address() - content.address();
      unwritten = content.asSlice(from, unwritten.byteSize() + length);
      bytes.addAndGet(length);
    }

    @Override
    public void all(ByteBuffer content) throws IOException {
      flush();
    }

    private void flush() throws IOException {
      ByteBuffer buffer = unwritten.asByteBuffer();
      while (buffer.hasRemaining()) {
        out.write(buffer);
      }
      unwritten = MemorySegment.NULL;
    }

    private void append(long address, long pages, int flags) {
      if (!written.isEmpty()
          && written.getLast().end() == address
          && written.getLast().flags() == flags) {
        PagemapFile.Area last = written.removeLast();
        written.add(new PagemapFile.Area(last.address(), last.pages() + pages, flags));
      } else {
        written.add(new PagemapFile.Area(address, pages, flags));
      }
    }
  }
}
