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
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int PAGES_PER_BUFFER = BUFFER_BYTES / PAGE_BYTES;

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
        Arena buffers = Arena.ofConfined();
        FileChannel out =
            FileChannel.open(
                images.resolve(PagemapFile.pagesName(idInside)),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE)) {
      MemorySegment content = buffers.allocate(BUFFER_BYTES, PAGE_BYTES);
      try {
        areas = memory.areas();
      } catch (IOException e) {
        areas = List.of();
      }
      PageRanges unchanged = follows ? round.unchanged() : PageRanges.EMPTY;
      One one = new One(memory, content, out, record, before, unchanged, written);
      for (MemoryMap.Area area : areas) {
        one.copy(area);
      }
    }
    record.finish();
    new PagemapFile(idInside, written).write(images.resolve(PagemapFile.name(idInside)));
    return Optional.of(record);
  }

  /** One process while it is read. */
  private final class One {
    private final ProcessMemory memory;
    private final MemorySegment content;
    private final FileChannel out;
    private final PageRecord record;
    private final PageRecord.Finder before;
    private final PageRecord.Finder kept;
    private final PageRanges.Cursor unchanged;
    private final List<PagemapFile.Area> written;
    private final ByteBuffer map = ProcessMemory.pagemapBuffer(PAGES_PER_BUFFER);
    private final BitSet changed = new BitSet();

    One(
        ProcessMemory memory,
        MemorySegment content,
        FileChannel out,
        PageRecord record,
        PageRecord before,
        PageRanges unchanged,
        List<PagemapFile.Area> written) {
      this.memory = memory;
      this.content = content;
      this.out = out;
      this.record = record;
      this.before = before == null ? null : before.finder();
      this.kept = before == null ? null : before.finder();
      this.unchanged = unchanged.cursor();
      this.written = written;
    }

    void copy(MemoryMap.Area area) throws IOException {
      long address = area.start();
      while (address < area.end() && wanted()) {
        int pages = (int) Math.min(PAGES_PER_BUFFER, (area.end() - address) / PAGE_BYTES);
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
          parts(address + (long) at * PAGE_BYTES, to - at);
          at = to;
        }
        address += (long) pages * PAGE_BYTES;
      }
    }

    private boolean isKept(long address) {
      return kept != null && unchanged.has(address) && kept.find(address) >= 0;
    }

    private void parts(long start, int pages) throws IOException {
      for (int at = 0; at < pages; ) {
        long address = start + (long) at * PAGE_BYTES;
        boolean keep = isKept(address);
        int to = at + 1;
        while (to < pages && isKept(start + (long) to * PAGE_BYTES) == keep) {
          to++;
        }
        if (keep) {
          record.keep(address, to - at, before);
          append(address, to - at, PagemapFile.PARENT);
        } else {
          run(address, to - at);
        }
        at = to;
      }
    }

    private void run(long start, int pages) throws IOException {
      ByteBuffer buffer = content.asByteBuffer();
      int whole = memory.read(start, buffer, pages * PAGE_BYTES) / PAGE_BYTES;
      changed.clear();
      record.add(start, content, whole, before, changed);
      for (int at = 0; at < whole; ) {
        boolean fresh = changed.get(at);
        int next = fresh ? changed.nextClearBit(at) : changed.nextSetBit(at);
        int to = next < 0 ? whole : Math.min(whole, next);
        int count = to - at;
        if (fresh) {
          buffer.clear().limit(to * PAGE_BYTES).position(at * PAGE_BYTES);
          while (buffer.hasRemaining()) {
            out.write(buffer);
          }
          bytes.addAndGet((long) count * PAGE_BYTES);
        }
        append(
            start + (long) at * PAGE_BYTES,
            count,
            fresh ? PagemapFile.PRESENT : PagemapFile.PARENT);
        at = to;
      }
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
