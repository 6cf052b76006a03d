package io.nereid.transfer.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.SnapshotId;
import io.nereid.linux.BeneathDir;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.source.SpanHasher;
import io.nereid.transfer.tree.TreeBuilder;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.IntFunction;
import java.util.function.LongConsumer;

/**
 * Writes the trees of one snapshot, comparing each chunk with its digest. One thread, besides those
 * that read, hash and write.
 */
final class SnapshotReader implements AutoCloseable {
  private final SnapshotId id;
  private final Path directory;
  private final IntFunction<Path> content;
  private final ExecutorService pool;
  private final int threads;
  private final LongConsumer done;
  private final Map<Integer, FileChannel> packs = new ConcurrentHashMap<>();
  private long written;

  /**
   * Prepares.
   *
   * @param content where the content of a pack is
   */
  SnapshotReader(
      SnapshotId id,
      Path directory,
      IntFunction<Path> content,
      ExecutorService pool,
      int threads,
      LongConsumer done) {
    this.id = id;
    this.directory = directory;
    this.content = content;
    this.pool = pool;
    this.threads = threads;
    this.done = done;
  }

  /** Into an existing empty directory. */
  void unpack(TreeKind kind, String expected, Path into) throws IOException {
    try (Manifest manifest = Manifest.open(SnapshotWriter.manifest(directory, kind.name()));
        PlaceTable places =
            PlaceTable.open(
                SnapshotWriter.places(directory, kind.name()), manifest.header().chunks());
        BeneathDir dir = BeneathDir.open(into)) {
      if (!HexFormat.of().formatHex(manifest.sha256()).equals(expected)) {
        throw damaged("the list of its " + kind + " tree");
      }
      TreeBuilder.create(manifest, dir);
      int chunks = manifest.header().chunks();
      try (Ahead<Long> copying = new Ahead<>(pool, threads + 1, this::told)) {
        for (int first = 0; first < chunks; ) {
          int from = first;
          int count = SpanHasher.spanCount(manifest.files(), first);
          copying.add(() -> copy(manifest, places, dir, from, from + count));
          first += count;
        }
        copying.finish();
      }
      TreeBuilder.finish(manifest, dir);
    }
  }

  private void told(long bytes) {
    written += bytes;
    done.accept(written);
  }

  private long copy(Manifest manifest, PlaceTable places, BeneathDir dir, int first, int end)
      throws IOException {
    FileTable files = manifest.files();
    long bytes = 0;
    try (SpanCopy copy = new SpanCopy(manifest)) {
      for (int chunk = first; chunk < end; ) {
        int file = files.fileOf(chunk);
        int upTo = Math.min(end, files.endChunk(file));
        try (BeneathDir.OpenFile open = dir.openWrite(manifest.file(file).path())) {
          while (chunk < upTo) {
            int run = copy.run(places, file, chunk, upTo);
            long place = places.of(chunk);
            if (place != Places.ZEROS) {
              if (!copy.copy(pack(Places.pack(place)), place, file, chunk, run, open.channel())) {
                throw damaged(manifest.file(file).shownPath());
              }
              bytes += copy.bytes();
            }
            chunk += run;
          }
        }
      }
    }
    return bytes;
  }

  private FileChannel pack(int number) throws IOException {
    FileChannel there = packs.get(number);
    if (there != null) {
      return there;
    }
    FileChannel opened = FileChannel.open(content.apply(number), StandardOpenOption.READ);
    FileChannel other = packs.putIfAbsent(number, opened);
    if (other == null) {
      return opened;
    }
    opened.close();
    return other;
  }

  private FailureException damaged(String what) {
    return new FailureException(
        Failure.of(
            FailureCode.DIGEST_MISMATCH,
            "snapshot " + id + " is damaged on this host's disk: " + what,
            "nothing of it was used; 'nereid snapshots verify "
                + id
                + " --repair' tries to put it right, otherwise take another one, and look at the"
                + " disk"));
  }

  @Override
  public void close() throws IOException {
    for (FileChannel pack : packs.values()) {
      pack.close();
    }
  }
}
