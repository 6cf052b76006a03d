package io.nereid.transfer.snapshot;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongPredicate;

/** A file of {@link Places}, mapped. Any number of threads, until it is closed. */
final class PlaceTable implements AutoCloseable {
  private static final ValueLayout.OfLong PLACE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private final Arena arena = Arena.ofShared();
  private final MemorySegment all;

  private PlaceTable(Path file) throws IOException {
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      all = in.map(FileChannel.MapMode.READ_ONLY, 0, in.size(), arena);
    } catch (IOException e) {
      arena.close();
      throw e;
    }
  }

  /** Opens; fails when there are not exactly so many. */
  static PlaceTable open(Path file, int chunks) throws IOException {
    PlaceTable table = new PlaceTable(file);
    if (table.all.byteSize() != chunks * 8L) {
      table.close();
      throw new IOException(
          "%s has %d bytes, not eight for each of %d chunks"
              .formatted(file, table.all.byteSize(), chunks));
    }
    return table;
  }

  /** Whether any of a file is such. */
  static boolean any(Path file, LongPredicate such) throws IOException {
    try (PlaceTable table = new PlaceTable(file)) {
      for (int chunk = 0; chunk < table.all.byteSize() / 8; chunk++) {
        if (such.test(table.of(chunk))) {
          return true;
        }
      }
      return false;
    }
  }

  long of(int chunk) {
    return all.get(PLACE, chunk * 8L);
  }

  @Override
  public void close() {
    arena.close();
  }
}
