package io.nereid.transfer.snapshot;

import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.manifest.Manifest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.LongConsumer;

/**
 * Reads what snapshots refer to, each chunk once for all of them, and compares it with what the
 * lists say. One thread, besides those that read and hash.
 */
final class Verifier implements AutoCloseable {
  private static final int SPAN_BYTES = 4 << 20;
  private static final int WORDS_MAX = 10;
  private final Packs packs;
  private final ExecutorService pool;
  private final int threads;
  private final LongConsumer done;
  private final Map<Integer, Pack> lists = new HashMap<>();
  private final Map<Integer, BitSet> sound = new HashMap<>();
  private final Map<Integer, BitSet> damaged = new HashMap<>();
  private long read;

  Verifier(Packs packs, ExecutorService pool, int threads, LongConsumer done) {
    this.packs = packs;
    this.pool = pool;
    this.threads = threads;
    this.done = done;
  }

  /** A chunk whose content is not what it was. */
  record Bad(int pack, int unit, byte[] digest, int length) {}

  /**
   * What came of it.
   *
   * @param lists how many lists, or entries of them, are not what they were
   */
  record Found(long bytes, int lists, List<Bad> bad, List<String> words) {
    int wrong() {
      return lists + bad.size();
    }

    boolean isSound() {
      return wrong() == 0;
    }

    @Override
    public String toString() {
      return "%d chunks and %d entries of lists are damaged %s".formatted(bad.size(), lists, words);
    }
  }

  /** Verifies one, which must not be removed meanwhile. */
  Found verify(Path directory, Stored stored) throws IOException {
    Looking looking = new Looking();
    for (Map.Entry<TreeKind, String> tree : stored.manifests().entrySet()) {
      String kind = tree.getKey().name();
      try (Manifest manifest = Manifest.open(SnapshotWriter.manifest(directory, kind))) {
        if (!HexFormat.of().formatHex(manifest.sha256()).equals(tree.getValue())) {
          looking.list("the list of " + kind + " is damaged");
          continue;
        }
        looking.bytes += manifest.header().contentBytes();
        try (PlaceTable places =
            PlaceTable.open(SnapshotWriter.places(directory, kind), manifest.header().chunks())) {
          look(kind, manifest, places, looking);
        }
      } catch (IOException e) {
        looking.list("the lists of " + kind + " cannot be read: " + e.getMessage());
      }
    }
    return new Found(looking.bytes, looking.lists, looking.bad(), List.copyOf(looking.words));
  }

  /** What is known of the snapshot that is looked at. */
  private final class Looking {
    private final Map<Integer, BitSet> entries = new HashMap<>();
    private final List<String> words = new ArrayList<>();
    private long bytes;
    private int lists;

    void list(String what) {
      lists++;
      say(what);
    }

    void say(String what) {
      if (words.size() < WORDS_MAX) {
        words.add(what);
      }
    }

    List<Bad> bad() {
      List<Bad> bad = new ArrayList<>();
      entries.forEach((number, needed) -> {
        Pack pack = Verifier.this.lists.get(number);
        BitSet wrong = damaged.getOrDefault(number, new BitSet());
        for (int entry = needed.nextSetBit(0); entry >= 0; entry = needed.nextSetBit(entry + 1)) {
          if (wrong.get(entry)) {
            byte[] digest = new byte[Chunks.DIGEST_BYTES];
            pack.digest(entry, digest);
            bad.add(new Bad(number, pack.unit(entry), digest, pack.length(entry)));
          }
        }
      });
      return bad;
    }
  }

  private void look(String kind, Manifest manifest, PlaceTable places, Looking looking)
      throws IOException {
    FileTable files = manifest.files();
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    Map<Integer, BitSet> toRead = new HashMap<>();
    for (int file = 0; file < files.count(); file++) {
      for (int chunk = files.firstChunk(file); chunk < files.endChunk(file); chunk++) {
        long place = places.of(chunk);
        manifest.digest(chunk, digest, 0);
        int entry = place == Places.ZEROS ? -1 : entry(place, digest, files.lengthOf(file, chunk));
        if (entry < 0) {
          if (place != Places.ZEROS || !Digests.isZero(digest, 0)) {
            looking.list("a place in " + manifest.file(file).shownPath() + " of " + kind);
          }
          continue;
        }
        int pack = Places.pack(place);
        if (damaged.getOrDefault(pack, new BitSet()).get(entry)) {
          looking.say(manifest.file(file).shownPath() + " of " + kind);
        } else if (!sound.computeIfAbsent(pack, p -> new BitSet()).get(entry)) {
          toRead.computeIfAbsent(pack, p -> new BitSet()).set(entry);
        }
        looking.entries.computeIfAbsent(pack, p -> new BitSet()).set(entry);
      }
    }
    for (Map.Entry<Integer, BitSet> one : toRead.entrySet()) {
      int before = damaged.getOrDefault(one.getKey(), new BitSet()).cardinality();
      read(one.getKey(), one.getValue());
      int now = damaged.getOrDefault(one.getKey(), new BitSet()).cardinality();
      if (now > before) {
        looking.say("%d chunks of %s, in pack %d".formatted(now - before, kind, one.getKey()));
      }
    }
  }

  /** Which entry of its pack's list a place is, or -1 when it is none with this content. */
  private int entry(long place, byte[] digest, int length) {
    Pack pack = pack(Places.pack(place));
    if (pack == null) {
      return -1;
    }
    int entry = pack.entryAt(Places.unit(place));
    return entry >= 0 && pack.digestIs(entry, digest, 0) && pack.length(entry) == length
        ? entry
        : -1;
  }

  private Pack pack(int number) {
    if (!lists.containsKey(number)) {
      Pack opened = null;
      try {
        opened = Pack.open(number, packs.list(number));
      } catch (IOException e) {
        // All that is in it counts as damaged.
        org.slf4j.LoggerFactory.getLogger(Verifier.class)
            .warn("pack {} cannot be read: {}", number, e.toString());
      }
      lists.put(number, opened);
    }
    return lists.get(number);
  }

  private record Span(int[] entries, BitSet wrong, long bytes) {}

  private void read(int number, BitSet entries) throws IOException {
    Pack pack = lists.get(number);
    try (FileChannel content = FileChannel.open(packs.content(number), StandardOpenOption.READ);
        Ahead<Span> reading = new Ahead<>(pool, threads + 1, span -> settle(number, span))) {
      int[] all = entries.stream().toArray();
      for (int from = 0; from < all.length; ) {
        int to = from;
        long bytes = 0;
        while (to < all.length && bytes < SPAN_BYTES) {
          bytes += (long) Pack.units(pack.length(all[to])) * Pack.UNIT_BYTES;
          to++;
        }
        int[] span = Arrays.copyOfRange(all, from, to);
        reading.add(() -> read(pack, content, span));
        from = to;
      }
      reading.finish();
    }
  }

  private static Span read(Pack pack, FileChannel content, int[] entries) {
    BitSet wrong = new BitSet();
    MessageDigest sha = Digests.sha256();
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    long bytes = 0;
    for (int from = 0; from < entries.length; ) {
      // What lies one after the other is read at once.
      int to = from + 1;
      int units = Pack.units(pack.length(entries[from]));
      while (to < entries.length && pack.unit(entries[to]) == pack.unit(entries[from]) + units) {
        units += Pack.units(pack.length(entries[to++]));
      }
      byte[] read = new byte[units * Pack.UNIT_BYTES];
      int got = readFully(content, (long) pack.unit(entries[from]) * Pack.UNIT_BYTES, read);
      int at = 0;
      for (int i = from; i < to; i++) {
        int length = pack.length(entries[i]);
        boolean right = at + length <= got;
        if (right) {
          Digests.ofChunk(sha, read, at, length, digest, 0);
          right = pack.digestIs(entries[i], digest, 0);
        }
        wrong.set(entries[i], !right);
        at += Pack.units(length) * Pack.UNIT_BYTES;
        bytes += length;
      }
      from = to;
    }
    return new Span(entries, wrong, bytes);
  }

  /** A disk that cannot read has damaged what it cannot read. */
  private static int readFully(FileChannel content, long offset, byte[] into) {
    ByteBuffer buffer = ByteBuffer.wrap(into);
    try {
      while (buffer.hasRemaining() && content.read(buffer, offset + buffer.position()) > 0) {}
    } catch (IOException e) {
      return 0;
    }
    return buffer.position();
  }

  private void settle(int number, Span span) {
    for (int entry : span.entries()) {
      (span.wrong().get(entry) ? damaged : sound)
          .computeIfAbsent(number, n -> new BitSet())
          .set(entry);
    }
    read += span.bytes();
    done.accept(read);
  }

  /** Writes down what must not be referred to any more. The store must not change meanwhile. */
  void quarantine(List<Bad> bad) throws IOException {
    Map<Integer, BitSet> units = new HashMap<>();
    bad.forEach(one -> units.computeIfAbsent(one.pack(), p -> new BitSet()).set(one.unit()));
    for (Map.Entry<Integer, BitSet> one : units.entrySet()) {
      BitSet all = (BitSet) packs.damaged().of(one.getKey()).clone();
      all.or(one.getValue());
      if (!all.equals(packs.damaged().of(one.getKey()))) {
        packs.damaged().set(one.getKey(), packs.directory(one.getKey()), all);
        packs.forgetIndex();
      }
    }
  }

  /** What was known of these is no longer so. */
  void forget(List<Bad> bad) {
    for (Bad one : bad) {
      damaged.get(one.pack()).clear(lists.get(one.pack()).entryAt(one.unit()));
    }
  }

  @Override
  public void close() {
    for (Pack pack : lists.values()) {
      if (pack != null) {
        pack.close();
      }
    }
  }
}
