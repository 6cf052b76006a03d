package io.nereid.nymph.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The memory of one process, read through /proc. Blocks; for any number of threads, as long as each
 * brings its own buffers.
 *
 * <p>Sources: proc_pid_mem(5), proc_pid_pagemap(5), process_vm_readv(2), the kernel's
 * admin-guide/mm/pagemap.
 */
final class ProcessMemory implements AutoCloseable {
  /** Length of an entry of the kernel's page map. */
  static final int ENTRY_BYTES = 8;

  /** Length of an address and a length, struct iovec. */
  static final int PIECE_BYTES = 16;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle READ_PIECES =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("process_vm_readv"),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG));

  private static final long PRESENT_OR_SWAPPED = 3L << 62;
  private static final long FILE_OR_SHARED = 1L << 61;

  private final Path process;
  private final FileChannel mem;
  private final FileChannel pagemap;
  private final ByteBuffer alive = ByteBuffer.allocateDirect(1);

  private ProcessMemory(Path process, FileChannel mem, FileChannel pagemap) {
    this.process = process;
    this.mem = mem;
    this.pagemap = pagemap;
  }

  /** Opens a process's directory below /proc; fails when it has ended. */
  static ProcessMemory open(Path process) throws IOException {
    FileChannel mem = FileChannel.open(process.resolve("mem"), StandardOpenOption.READ);
    try {
      FileChannel pagemap = FileChannel.open(process.resolve("pagemap"), StandardOpenOption.READ);
      return new ProcessMemory(process, mem, pagemap);
    } catch (IOException e) {
      mem.close();
      throw e;
    }
  }

  /** Its private writable areas now. */
  List<MemoryMap.Area> areas() throws IOException {
    // File names in it are bytes of any encoding; only the addresses matter here.
    return MemoryMap.privateAreas(
        Files.readAllLines(process.resolve("maps"), StandardCharsets.ISO_8859_1));
  }

  /** A buffer for {@link #pagemap}. */
  static ByteBuffer pagemapBuffer(int pages) {
    return ByteBuffer.allocateDirect(pages * ENTRY_BYTES).order(ByteOrder.nativeOrder());
  }

  /** Reads the kernel's entries of some pages; returns how many there are. */
  int pagemap(long address, int pages, ByteBuffer into) {
    into.clear().limit(pages * ENTRY_BYTES);
    try {
      int read = pagemap.read(into, address / PageHash.PAGE_BYTES * ENTRY_BYTES);
      return Math.max(0, read) / ENTRY_BYTES;
    } catch (IOException e) {
      return 0;
    }
  }

  /** Whether an entry is of a page with content of its own. */
  static boolean isPrivatePage(ByteBuffer entries, int number) {
    long entry = entries.getLong(number * ENTRY_BYTES);
    return (entry & PRESENT_OR_SWAPPED) != 0 && (entry & FILE_OR_SHARED) == 0;
  }

  /**
   * Reads from many addresses at once into one piece of memory. The process is found by its id: of
   * one that may have ended, what was read counts only when {@link #isReadable} says afterwards
   * that it has not.
   *
   * @param pieces an address and a length for each, in bytes
   * @return how many bytes could be read; with fewer than all, all of them have to be read again
   */
  long read(MemorySegment pieces, int count, MemorySegment into) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment whole = arena.allocate(PIECE_BYTES, 8);
      whole.set(JAVA_LONG, 0, into.address());
      whole.set(JAVA_LONG, 8, into.byteSize());
      int pid = Integer.parseInt(process.getFileName().toString());
      return (long) READ_PIECES.invokeExact(pid, whole, 1L, pieces, (long) count, 0L);
    } catch (NumberFormatException e) {
      return -1;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("process_vm_readv", e);
    }
  }

  /**
   * Whether the process that was opened has not ended and not replaced itself; the address must be
   * one that it had.
   */
  boolean isReadable(long address) {
    return read(address, alive, 1) == 1;
  }

  /** Reads from an address into the buffer's beginning; returns how many bytes could be read. */
  int read(long address, ByteBuffer into, int bytes) {
    into.clear().limit(bytes);
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
    try {
      channel.close();
    } catch (IOException e) {
      // It was only read.
      return;
    }
  }
}
