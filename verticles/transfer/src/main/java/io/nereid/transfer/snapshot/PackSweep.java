package io.nereid.transfer.snapshot;

import io.nereid.linux.HolePuncher;
import io.nereid.linux.MountSafe;
import io.nereid.transfer.manifest.ManifestHeader;
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
import java.util.List;
import java.util.Map;

/**
 * Finds out which content is still needed, and gives the rest back: whole packs, or holes in them.
 * What is needed is read from the snapshots themselves, so there is no count that could be wrong.
 */
final class PackSweep {
  private final Map<Integer, BitSet> used = new HashMap<>();

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
              used.computeIfAbsent(Places.pack(place), p -> new BitSet())
                  .set((int) (Places.offset(place) / Pack.UNIT_BYTES));
            }
          });
    }
  }

  /** Gives back what no snapshot needs. */
  void sweep(Map<Integer, Path> packs) throws IOException {
    for (Map.Entry<Integer, Path> pack : packs.entrySet()) {
      BitSet needed = used.get(pack.getKey());
      if (needed == null) {
        MountSafe.delete(pack.getValue());
      } else {
        thin(pack.getKey(), pack.getValue(), needed);
      }
    }
  }

  private static void thin(int number, Path directory, BitSet needed) throws IOException {
    Path list = directory.resolve("list");
    Path shorter = directory.resolve("list.new");
    List<long[]> holes = new java.util.ArrayList<>();
    try (Pack pack = Pack.open(number, list)) {
      if (pack.count() == needed.cardinality()) {
        return;
      }
      try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(shorter))) {
        for (int entry = 0; entry < pack.count(); entry++) {
          if (needed.get(pack.unit(entry))) {
            copy(pack, entry, out);
          } else {
            hole(holes, pack.unit(entry), Pack.units(pack.length(entry)));
          }
        }
      }
    }
    // The list first: what is a hole must not be found any more.
    try (FileChannel file = FileChannel.open(shorter, StandardOpenOption.WRITE)) {
      file.force(true);
    }
    Files.move(shorter, list, StandardCopyOption.ATOMIC_MOVE);
    try (HolePuncher puncher = HolePuncher.open(directory.resolve("content"))) {
      for (long[] hole : holes) {
        puncher.punch(hole[0] * Pack.UNIT_BYTES, hole[1] * Pack.UNIT_BYTES);
      }
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

  private static void hole(List<long[]> holes, long unit, long units) {
    long[] last = holes.isEmpty() ? null : holes.getLast();
    if (last != null && last[0] + last[1] == unit) {
      last[1] += units;
    } else {
      holes.add(new long[] {unit, units});
    }
  }
}
