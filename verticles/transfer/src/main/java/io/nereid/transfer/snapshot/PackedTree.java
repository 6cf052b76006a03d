package io.nereid.transfer.snapshot;

import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.ContentTree;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntFunction;

/** A tree of a snapshot, read from the packs where they are. */
final class PackedTree implements ContentTree {
  private static final ValueLayout.OfLong PLACE =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private final Manifest manifest;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment places;
  private final IntFunction<Path> content;

  /**
   * Opens it.
   *
   * @param snapshot the snapshot's directory
   * @param content where the content of a pack is
   */
  PackedTree(Path snapshot, TreeKind kind, IntFunction<Path> content) throws IOException {
    this.content = content;
    this.manifest = Manifest.open(SnapshotWriter.manifest(snapshot, kind.name()));
    Path file = SnapshotWriter.places(snapshot, kind.name());
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long expected = (long) manifest.header().chunks() * Long.BYTES;
      if (channel.size() != expected) {
        throw new IOException(file + " has " + channel.size() + " bytes, not " + expected);
      }
      places = channel.map(FileChannel.MapMode.READ_ONLY, 0, expected, arena);
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  @Override
  public Manifest manifest() {
    return manifest;
  }

  @Override
  public Reader reader() {
    return new PackReader();
  }

  private long place(int chunk) {
    return places.get(PLACE, (long) chunk * Long.BYTES);
  }

  @Override
  public void close() {
    manifest.close();
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  private final class PackReader implements Reader {
    private final Map<Integer, FileChannel> packs = new HashMap<>();

    @Override
    public void read(int first, int count, ByteBuffer into) throws IOException {
      FileTable files = manifest.files();
      int end = first + count;
      for (int chunk = first; chunk < end; ) {
        long place = place(chunk);
        int bytes = length(files, chunk);
        chunk++;
        if (place == Places.ZEROS) {
          zeros(into, bytes);
          continue;
        }
        // What lies together is read at once: pages most often do.
        while (chunk < end
            && bytes % Pack.UNIT_BYTES == 0
            && place(chunk) == place + bytes / Pack.UNIT_BYTES) {
          bytes += length(files, chunk);
          chunk++;
        }
        copy(place, bytes, into);
      }
    }

    private static int length(FileTable files, int chunk) {
      return files.lengthOf(files.fileOf(chunk), chunk);
    }

    private static void zeros(ByteBuffer into, int bytes) {
      for (int i = 0; i < bytes; i++) {
        into.put((byte) 0);
      }
    }

    private void copy(long place, int bytes, ByteBuffer into) throws IOException {
      FileChannel from = packs.get(Places.pack(place));
      if (from == null) {
        from = FileChannel.open(content.apply(Places.pack(place)), StandardOpenOption.READ);
        packs.put(Places.pack(place), from);
      }
      int limit = into.limit();
      into.limit(into.position() + bytes);
      try {
        for (long at = Places.offset(place); into.hasRemaining(); ) {
          int n = from.read(into, at);
          if (n <= 0) {
            throw new EOFException("pack " + Places.pack(place) + " is shorter than its list says");
          }
          at += n;
        }
      } finally {
        into.limit(limit);
      }
    }

    @Override
    public void close() {
      for (FileChannel pack : packs.values()) {
        try {
          pack.close();
        } catch (IOException e) {
          // Only read from.
          org.slf4j.LoggerFactory.getLogger(PackedTree.class).debug("closing a pack", e);
        }
      }
    }
  }
}
