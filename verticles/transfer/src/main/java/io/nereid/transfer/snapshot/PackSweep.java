package io.nereid.transfer.snapshot;

import io.nereid.fault.FaultPoints;
import io.nereid.linux.HolePuncher;
import io.nereid.linux.MountSafe;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.tree.DiskFailures;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out which content is still needed, and gives the rest back: whole packs, or holes in them.
 * What is needed is read from the snapshots themselves, so there is no count that could be wrong.
 */
final class PackSweep {
  private static final Logger log = LoggerFactory.getLogger(PackSweep.class);
  private static final String SHORTER = "list.new";
  private static final String THINNING = "thinning";
  private final Map<Integer, BitSet> used = new HashMap<>();
  private final FaultPoints steps;

  /**
   * Knows of nothing yet.
   *
   * @param steps is told of each step
   */
  PackSweep(FaultPoints steps) {
    this.steps = steps;
  }

  /** Everything of a snapshot is needed. */
  void keep(Path snapshot, Iterable<String> kinds) throws IOException {
    for (String kind : kinds) {
      ByteBuffer head = ByteBuffer.allocate(ManifestHeader.BYTES);
      try (FileChannel in =
          FileChannel.open(SnapshotWriter.manifest(snapshot, kind), StandardOpenOption.READ)) {
        while (head.hasRemaining() && in.read(head) > 0) {}
      }
      int chunks = ManifestHeader.decode(head.array()).chunks();
      Places.forEach(
          SnapshotWriter.places(snapshot, kind),
          chunks,
          (chunk, place) -> {
            if (place != Places.ZEROS) {
              used.computeIfAbsent(Places.pack(place), p -> new BitSet()).set(Places.unit(place));
            }
          });
    }
  }

  /** What is needed of a pack, by units. */
  BitSet needed(int pack) {
    return used.getOrDefault(pack, new BitSet());
  }

  /** Whether giving back parts of a pack was interrupted. */
  static boolean isHalfDone(Path directory) {
    return Files.exists(directory.resolve(THINNING));
  }

  /** Gives back what no snapshot needs: whole packs first, which takes no room. */
  void sweep(Map<Integer, Path> packs) throws IOException {
    for (Map.Entry<Integer, Path> pack : packs.entrySet()) {
      if (!used.containsKey(pack.getKey())) {
        MountSafe.delete(pack.getValue());
      }
    }
    for (Map.Entry<Integer, Path> pack : packs.entrySet()) {
      BitSet needed = used.get(pack.getKey());
      if (needed != null) {
        try {
          thin(pack.getKey(), pack.getValue(), needed);
        } catch (IOException e) {
          if (!DiskFailures.isNoSpace(e)) {
            throw e;
          }
          // Nothing has been changed by then.
          Files.deleteIfExists(pack.getValue().resolve(SHORTER));
          log.warn("no room to give back parts of pack {}; the next removal does", pack.getKey());
        }
      }
    }
  }

  private void thin(int number, Path directory, BitSet needed) throws IOException {
    Path list = directory.resolve("list");
    Path shorter = directory.resolve(SHORTER);
    Path mark = directory.resolve(THINNING);
    long units;
    try (Pack pack = Pack.open(number, list)) {
      if (pack.count() == needed.cardinality() && !isHalfDone(directory)) {
        return;
      }
      steps.pass("store.sweep.list");
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(shorter))) {
        for (int entry = 0; entry < pack.count(); entry++) {
          if (needed.get(pack.unit(entry))) {
            copy(pack, entry, out);
          }
        }
      }
      units = Files.size(directory.resolve("content")) / Pack.UNIT_BYTES;
      keepWholeChunks(pack, needed);
    }
    force(shorter);
    // Whoever finds the mark goes on from here: the list no longer tells what the holes are.
    Files.write(mark, new byte[0]);
    Packs.sync(directory);
    // The list first: what is a hole must not be found any more.
    Files.move(shorter, list, StandardCopyOption.ATOMIC_MOVE);
    Packs.sync(directory);
    steps.pass("store.sweep.holes");
    try (HolePuncher puncher = HolePuncher.open(directory.resolve("content"))) {
      for (int from = needed.nextClearBit(0); from < units; ) {
        int next = needed.nextSetBit(from);
        long to = next < 0 ? units : next;
        puncher.punch((long) from * Pack.UNIT_BYTES, (to - from) * Pack.UNIT_BYTES);
        from = next < 0 ? Integer.MAX_VALUE : needed.nextClearBit(next);
      }
    }
    Files.delete(mark);
  }

  /** A chunk may take several units, of which so far only the first is known to be needed. */
  private static void keepWholeChunks(Pack pack, BitSet needed) {
    for (int entry = 0; entry < pack.count(); entry++) {
      int unit = pack.unit(entry);
      if (needed.get(unit)) {
        needed.set(unit, unit + Pack.units(pack.length(entry)));
      }
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel file = FileChannel.open(path, StandardOpenOption.WRITE)) {
      file.force(true);
    }
  }

  private static void copy(Pack pack, int entry, OutputStream out) throws IOException {
    byte[] digest = new byte[32];
    pack.digest(entry, digest);
    out.write(
        ByteBuffer.allocate(Pack.ENTRY_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(digest)
            .putInt(pack.unit(entry))
            .putInt(pack.length(entry))
            .array());
  }
}
