package io.nereid.transfer.snapshot;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Chunks that were found to be damaged on the disk: no new snapshot refers to them. For each pack a
 * file beside its content with their units, four bytes each. Any number of threads may ask, one may
 * change at a time.
 */
final class DamagedChunks {
  private static final String FILE = "damaged";
  private static final int UNITS_MAX = 1 << 24;
  private final Map<Integer, BitSet> units = new ConcurrentHashMap<>();

  private DamagedChunks() {}

  static DamagedChunks load(Map<Integer, Path> packs) throws IOException {
    DamagedChunks damaged = new DamagedChunks();
    for (Map.Entry<Integer, Path> pack : packs.entrySet()) {
      Path file = pack.getValue().resolve(FILE);
      if (Files.exists(file)) {
        if (Files.size(file) > 4L * UNITS_MAX) {
          throw new IOException(file + " is too large");
        }
        BitSet set = new BitSet();
        for (ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)); in.remaining() >= 4; ) {
          set.set(in.getInt() & Integer.MAX_VALUE);
        }
        damaged.units.put(pack.getKey(), set);
      }
    }
    return damaged;
  }

  boolean isEmpty() {
    return units.isEmpty();
  }

  /** Of one pack; not to be changed. */
  BitSet of(int pack) {
    return units.getOrDefault(pack, new BitSet());
  }

  boolean has(long place) {
    return place != Places.ZEROS && of(Places.pack(place)).get(Places.unit(place));
  }

  /** Sets which of a pack are; the disk has it when this returns. */
  void set(int pack, Path directory, BitSet now) throws IOException {
    Path file = directory.resolve(FILE);
    if (now.isEmpty()) {
      Files.deleteIfExists(file);
      units.remove(pack);
      return;
    }
    ByteBuffer out = ByteBuffer.allocate(4 * now.cardinality());
    now.stream().forEach(out::putInt);
    Path fresh = directory.resolve(FILE + ".new");
    try (FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      out.flip();
      while (out.hasRemaining()) {
        channel.write(out);
      }
      channel.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    Packs.sync(directory);
    units.put(pack, (BitSet) now.clone());
  }

  /** Forgets those that were given back. */
  void keepOnly(Map<Integer, Path> packs, PackSweep sweep) throws IOException {
    units.keySet().retainAll(packs.keySet());
    for (Map.Entry<Integer, BitSet> one : Map.copyOf(units).entrySet()) {
      BitSet left = (BitSet) one.getValue().clone();
      left.and(sweep.needed(one.getKey()));
      if (!left.equals(one.getValue())) {
        set(one.getKey(), packs.get(one.getKey()), left);
      }
    }
  }
}
