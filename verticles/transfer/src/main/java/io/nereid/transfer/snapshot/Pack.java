package io.nereid.transfer.snapshot;

import io.nereid.transfer.manifest.Chunks;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A list of the chunks of one pack: 40 bytes each, digest, place in units of 4 KiB (u32), length
 * (u32), little endian. Immutable while open; any number of threads.
 */
final class Pack implements AutoCloseable {
  /** Chunks begin at multiples of this, so that the space of each can be given back. */
  static final int UNIT_BYTES = Chunks.PAGE_BYTES;

  static final int ENTRY_BYTES = Chunks.DIGEST_BYTES + 8;
  private static final ValueLayout.OfInt U32 =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int number;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment entries;

  private Pack(int number, Path list) throws IOException {
    this.number = number;
    try (FileChannel channel = FileChannel.open(list, StandardOpenOption.READ)) {
      entries = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  static Pack open(int number, Path list) throws IOException {
    return new Pack(number, list);
  }

  int number() {
    return number;
  }

  int count() {
    return (int) (entries.byteSize() / ENTRY_BYTES);
  }

  void digest(int entry, byte[] into) {
    MemorySegment.copy(entries, ValueLayout.JAVA_BYTE, at(entry), into, 0, Chunks.DIGEST_BYTES);
  }

  boolean digestIs(int entry, byte[] digest, int from) {
    for (int i = 0; i < Chunks.DIGEST_BYTES; i++) {
      if (entries.get(ValueLayout.JAVA_BYTE, at(entry) + i) != digest[from + i]) {
        return false;
      }
    }
    return true;
  }

  /** Where it is in the pack's content, in units. */
  int unit(int entry) {
    return entries.get(U32, at(entry) + Chunks.DIGEST_BYTES);
  }

  /** The entry that begins at a unit, or -1: entries are in the order of their units. */
  int entryAt(int unit) {
    int low = 0;
    int high = count() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int is = unit(middle);
      if (is == unit) {
        return middle;
      }
      if (is < unit) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  int length(int entry) {
    return entries.get(U32, at(entry) + Chunks.DIGEST_BYTES + 4);
  }

  private static long at(int entry) {
    return (long) entry * ENTRY_BYTES;
  }

  /** How many units so many bytes take. */
  static int units(int bytes) {
    return (bytes + UNIT_BYTES - 1) / UNIT_BYTES;
  }

  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
