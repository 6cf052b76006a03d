package io.nereid.nymph.memory;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What a {@link MemorySnapshot} remembers, in a file: for a program that goes on with it when this
 * one has ended. It has the key of the hash in it, so nobody else may read it, and it never leaves
 * the host. In the byte order of the host; 16 bytes a page.
 */
final class SavedHashes {
  private static final long MAGIC = 0x4e52_4453_4d45_4d31L;
  private static final int PROCESSES_MAX = 100_000;
  private static final int RUNS_MAX = 4_000_000;
  private static final Set<StandardOpenOption> NEW =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private SavedHashes() {}

  /** Writes a file that does not exist yet. */
  static void write(Path file, PageHash hash, Map<Integer, PageRecord> records) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            NEW,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      long[] key = hash.key();
      ByteBuffer head = buffer(2 + key.length);
      head.putLong(MAGIC);
      for (long word : key) {
        head.putLong(word);
      }
      head.putLong(records.size());
      put(out, head.flip());
      for (Map.Entry<Integer, PageRecord> one : records.entrySet()) {
        PageRecord record = one.getValue();
        ByteBuffer about = buffer(3 + 2 * record.runs());
        about.putLong(one.getKey()).putLong(record.runs()).putLong(record.pages());
        record.forEachPart(
            Integer.MAX_VALUE, (address, count, number) -> about.putLong(address).putLong(count));
        put(out, about.flip());
        record.writeHashes(out);
      }
    }
  }

  /** Reads such a file; the records are valid as long as the arena. */
  static Map<Integer, PageRecord> read(Path file, Arena arena) throws IOException {
    MemorySegment all;
    try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
      all = in.map(MapMode.READ_ONLY, 0, in.size(), arena);
    }
    try {
      Reader reader = new Reader(all);
      if (reader.next() != MAGIC) {
        throw new IOException(file + " has no hashes of memory");
      }
      long[] key = new long[PageHash.WORDS];
      for (int i = 0; i < key.length; i++) {
        key[i] = reader.next();
      }
      PageHash hash = new PageHash(key);
      int processes = bounded(reader.next(), PROCESSES_MAX);
      Map<Integer, PageRecord> records = new HashMap<>();
      for (int i = 0; i < processes; i++) {
        int process = bounded(reader.next(), Integer.MAX_VALUE);
        long[] runs = new long[2 * bounded(reader.next(), RUNS_MAX)];
        long pages = reader.next();
        for (int r = 0; r < runs.length; r++) {
          runs[r] = reader.next();
        }
        records.put(process, PageRecord.of(hash, runs, reader.take(pages * 2 * Long.BYTES)));
      }
      return records;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IOException(file + " is not what was written", e);
    }
  }

  private static int bounded(long value, int most) throws IOException {
    if (value < 0 || value > most) {
      throw new IOException("a count of " + value);
    }
    return (int) value;
  }

  private static ByteBuffer buffer(int words) {
    return ByteBuffer.allocate(Math.multiplyExact(words, Long.BYTES))
        .order(ByteOrder.nativeOrder());
  }

  private static void put(FileChannel out, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      out.write(bytes);
    }
  }

  private static final class Reader {
    private final MemorySegment all;
    private long at;

    Reader(MemorySegment all) {
      this.all = all;
    }

    long next() {
      long value = all.get(java.lang.foreign.ValueLayout.JAVA_LONG, at);
      at += Long.BYTES;
      return value;
    }

    MemorySegment take(long bytes) {
      MemorySegment part = all.asSlice(at, bytes);
      at += bytes;
      return part;
    }
  }
}
