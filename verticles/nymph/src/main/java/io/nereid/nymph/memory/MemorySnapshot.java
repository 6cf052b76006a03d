package io.nereid.nymph.memory;

import io.nereid.nymph.criu.image.PagemapFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memory of running processes, copied without freezing them into files like CRIU's: for each
 * process a page map and its pages.
 *
 * <p>The pages may be torn and belong to different moments: they are not a checkpoint. They are
 * what {@link FrozenMemory} compares the frozen processes with, so that only what differs has to
 * travel then. Every race with the processes (they exit, map and unmap) only costs a page of
 * usefulness.
 *
 * <p>Remembers a hash of each page until it is closed. Making it blocks and uses buffers of a MiB
 * outside the heap.
 */
public final class MemorySnapshot implements AutoCloseable {
  /** The unit of content. */
  public static final int PAGE_BYTES = PageHash.PAGE_BYTES;

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int PAGES_PER_BUFFER = BUFFER_BYTES / PAGE_BYTES;

  private final Arena arena = Arena.ofShared();
  private final PageHash hash = new PageHash();
  private final Map<Integer, PageRecord> records = new HashMap<>();
  private final Continue more;
  private long room;
  private long bytes;

  private MemorySnapshot(long bytesMax, Continue more) {
    this.room = bytesMax;
    this.more = more;
  }

  /** Whether to go on; asked about once per MiB. */
  public interface Continue {
    /** False ends the reading early. */
    boolean wanted();
  }

  /**
   * Reads the present private pages of each process.
   *
   * @param pids on this host
   * @param images existing directory; gets {@code pagemap-N.img} and {@code pages-N.img} for each
   *     process, with its id inside the container
   * @param bytesMax stops after so much content
   * @throws IOException when a file cannot be written; never because of a process
   */
  public static MemorySnapshot take(
      Collection<Integer> pids, Path images, long bytesMax, Continue more) throws IOException {
    return take(Path.of("/proc"), pids, images, bytesMax, more);
  }

  static MemorySnapshot take(
      Path proc, Collection<Integer> pids, Path images, long bytesMax, Continue more)
      throws IOException {
    MemorySnapshot snapshot = new MemorySnapshot(bytesMax, more);
    try (Arena buffers = Arena.ofConfined()) {
      MemorySegment content = buffers.allocate(BUFFER_BYTES, PAGE_BYTES);
      for (Map.Entry<Integer, Integer> one : ProcessIds.byIdInside(proc, pids).entrySet()) {
        if (snapshot.room <= 0 || !more.wanted()) {
          break;
        }
        snapshot.read(proc.resolve(one.getValue().toString()), one.getKey(), images, content);
      }
      return snapshot;
    } catch (IOException | RuntimeException e) {
      snapshot.close();
      throw e;
    }
  }

  private void read(Path process, int idInside, Path images, MemorySegment content)
      throws IOException {
    ProcessMemory memory;
    List<MemoryMap.Area> areas;
    try {
      memory = ProcessMemory.open(process);
    } catch (IOException e) {
      return;
    }
    PageRecord record = new PageRecord(arena, hash);
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
      for (MemoryMap.Area area : areas) {
        copy(memory, area, content, out, record, written);
      }
    }
    record.finish();
    records.put(idInside, record);
    new PagemapFile(idInside, written).write(images.resolve(PagemapFile.name(idInside)));
  }

  private void copy(
      ProcessMemory memory,
      MemoryMap.Area area,
      MemorySegment content,
      FileChannel out,
      PageRecord record,
      List<PagemapFile.Area> written)
      throws IOException {
    ByteBuffer map = ProcessMemory.pagemapBuffer(PAGES_PER_BUFFER);
    long address = area.start();
    while (address < area.end() && room > 0 && more.wanted()) {
      int pages = (int) Math.min(PAGES_PER_BUFFER, (area.end() - address) / PAGE_BYTES);
      int known = memory.pagemap(address, pages, map);
      int at = 0;
      while (at < known && room > 0) {
        if (!ProcessMemory.isPrivatePage(map, at)) {
          at++;
          continue;
        }
        int to = at + 1;
        while (to < known && ProcessMemory.isPrivatePage(map, to)) {
          to++;
        }
        long start = address + (long) at * PAGE_BYTES;
        ByteBuffer buffer = content.asByteBuffer();
        int whole = memory.read(start, buffer, (to - at) * PAGE_BYTES) / PAGE_BYTES;
        if (whole > 0) {
          buffer.flip().limit(whole * PAGE_BYTES);
          while (buffer.hasRemaining()) {
            out.write(buffer);
          }
          record.add(start, content, whole);
          append(written, start, whole);
          room -= (long) whole * PAGE_BYTES;
          bytes += (long) whole * PAGE_BYTES;
        }
        at = to;
      }
      address += (long) pages * PAGE_BYTES;
    }
  }

  private static void append(List<PagemapFile.Area> areas, long address, long pages) {
    if (!areas.isEmpty() && areas.getLast().end() == address) {
      PagemapFile.Area last = areas.removeLast();
      areas.add(new PagemapFile.Area(last.address(), last.pages() + pages, last.flags()));
    } else {
      areas.add(new PagemapFile.Area(address, pages, PagemapFile.PRESENT));
    }
  }

  /** Bytes of content that were written. */
  public long bytes() {
    return bytes;
  }

  /** What was read of a process, by its id inside the container. */
  Optional<PageRecord> record(int idInside) {
    return Optional.ofNullable(records.get(idInside));
  }

  /** Forgets the hashes. The files stay. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
