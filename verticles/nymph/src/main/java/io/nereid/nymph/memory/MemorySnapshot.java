package io.nereid.nymph.memory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Copies the memory of running processes into a file of 4 KiB pages, without freezing them.
 *
 * <p>The pages may be torn and belong to different moments: they are not a checkpoint. They are
 * content that the receiver of a later checkpoint then has already, page by page, by digest. So
 * every race with the processes (they exit, map and unmap) only costs a page of usefulness.
 *
 * <p>Sources: proc_pid_mem(5), proc_pid_pagemap(5), the kernel's admin-guide/mm/pagemap. Blocks;
 * uses a buffer of {@value #BUFFER_BYTES} bytes outside the heap.
 */
public final class MemorySnapshot {
  /** The unit of content: what CRIU's page images are made of. */
  public static final int PAGE_BYTES = 4096;

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int ENTRY_BYTES = 8;
  private static final int PAGES_PER_BUFFER = BUFFER_BYTES / PAGE_BYTES;
  private static final long PRESENT_OR_SWAPPED = 3L << 62;
  private static final long FILE_OR_SHARED = 1L << 61;

  private final Path proc;

  /** Reads below /proc. */
  public MemorySnapshot() {
    this(Path.of("/proc"));
  }

  MemorySnapshot(Path proc) {
    this.proc = proc;
  }

  /** Whether to go on; asked about once per MiB. */
  public interface Continue {
    /** False ends the reading early. */
    boolean wanted();
  }

  /**
   * Appends the present private pages of each process to {@code file}, which is made or emptied.
   *
   * @param bytesMax stops when the file has this size
   * @return bytes written
   * @throws IOException when the file cannot be written; never because of a process
   */
  public long write(List<Integer> pids, Path file, long bytesMax, Continue more)
      throws IOException {
    ByteBuffer data = ByteBuffer.allocateDirect(BUFFER_BYTES);
    ByteBuffer map =
        ByteBuffer.allocateDirect(PAGES_PER_BUFFER * ENTRY_BYTES).order(ByteOrder.nativeOrder());
    long written = 0;
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      for (int pid : pids) {
        try (Reader reader = Reader.open(proc.resolve(Integer.toString(pid)))) {
          written += copy(reader, out, data, map, bytesMax - written, more);
        } catch (Gone e) {
          continue;
        }
        if (written >= bytesMax || !more.wanted()) {
          break;
        }
      }
    }
    return written;
  }

  private static long copy(
      Reader reader, FileChannel out, ByteBuffer data, ByteBuffer map, long room, Continue more)
      throws IOException, Gone {
    long written = 0;
    for (MemoryMap.Area area : reader.areas()) {
      long address = area.start();
      while (address < area.end() && written < room && more.wanted()) {
        int pages = (int) Math.min(PAGES_PER_BUFFER, (area.end() - address) / PAGE_BYTES);
        int known = reader.pagemap(address, pages, map);
        int at = 0;
        while (at < known && written < room) {
          if (!ours(map.getLong(at * ENTRY_BYTES))) {
            at++;
            continue;
          }
          int to = at + 1;
          while (to < known && ours(map.getLong(to * ENTRY_BYTES))) {
            to++;
          }
          written += pages(reader, address + (long) at * PAGE_BYTES, to - at, data, out);
          at = to;
        }
        address += (long) pages * PAGE_BYTES;
      }
    }
    return written;
  }

  private static boolean ours(long entry) {
    return (entry & PRESENT_OR_SWAPPED) != 0 && (entry & FILE_OR_SHARED) == 0;
  }

  private static long pages(
      Reader reader, long address, int count, ByteBuffer data, FileChannel out) throws IOException {
    data.clear().limit(count * PAGE_BYTES);
    int read = reader.memory(address, data);
    int whole = read / PAGE_BYTES * PAGE_BYTES;
    data.flip().limit(whole);
    while (data.hasRemaining()) {
      out.write(data);
    }
    return whole;
  }

  /** The process has ended or its memory may not be read: nothing to be had from it. */
  private static final class Gone extends Exception {
    private static final long serialVersionUID = 1L;

    Gone(IOException cause) {
      super(cause);
    }
  }

  private record Reader(Path process, FileChannel mem, FileChannel pagemap)
      implements AutoCloseable {
    static Reader open(Path process) throws Gone {
      FileChannel mem = null;
      try {
        mem = FileChannel.open(process.resolve("mem"), StandardOpenOption.READ);
        return new Reader(
            process, mem, FileChannel.open(process.resolve("pagemap"), StandardOpenOption.READ));
      } catch (IOException e) {
        closeQuietly(mem);
        throw new Gone(e);
      }
    }

    List<MemoryMap.Area> areas() throws Gone {
      try {
        // File names in it are bytes of any encoding; only the addresses matter here.
        return MemoryMap.privateAreas(
            Files.readAllLines(process.resolve("maps"), StandardCharsets.ISO_8859_1));
      } catch (IOException e) {
        throw new Gone(e);
      }
    }

    int pagemap(long address, int pages, ByteBuffer into) {
      into.clear().limit(pages * ENTRY_BYTES);
      try {
        int read = pagemap.read(into, address / PAGE_BYTES * ENTRY_BYTES);
        return Math.max(0, read) / ENTRY_BYTES;
      } catch (IOException e) {
        return 0;
      }
    }

    int memory(long address, ByteBuffer into) {
      try {
        while (into.hasRemaining()) {
          int read = mem.read(into, address + into.position());
          if (read <= 0) {
            break;
          }
        }
      } catch (IOException e) {
        // Unmapped meanwhile: what was read before counts.
        return into.position();
      }
      return into.position();
    }

    @Override
    public void close() {
      closeQuietly(mem);
      closeQuietly(pagemap);
    }

    private static void closeQuietly(FileChannel channel) {
      if (channel != null) {
        try {
          channel.close();
        } catch (IOException e) {
          return;
        }
      }
    }
  }
}
