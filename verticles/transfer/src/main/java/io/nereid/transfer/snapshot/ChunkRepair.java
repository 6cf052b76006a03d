package io.nereid.transfer.snapshot;

import io.nereid.domain.id.RandomHex;
import io.nereid.port.Tree;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import io.nereid.transfer.manifest.FileTable;
import io.nereid.transfer.source.SourceSet;
import io.nereid.transfer.source.SpanHasher;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * Puts content in the place of what was damaged, so that all snapshots that refer to it are whole.
 */
final class ChunkRepair {
  /** More than this waits for the next time: what was fetched is in memory until it is written. */
  private static final int CHUNKS_MAX = 4_096;

  private ChunkRepair() {}

  /** Content that was compared with the digest. */
  record Content(Verifier.Bad bad, byte[] bytes) {}

  /**
   * Looks for content in trees that came from elsewhere.
   *
   * @param scratch existing directory
   */
  static List<Content> find(
      List<Verifier.Bad> bad, List<Tree> trees, Path scratch, ExecutorService pool, int threads)
      throws IOException {
    Map<ByteBuffer, Verifier.Bad> wanted = new HashMap<>();
    bad.stream().limit(CHUNKS_MAX).forEach(one -> wanted.put(ByteBuffer.wrap(one.digest()), one));
    List<Content> content = new ArrayList<>();
    for (Tree tree : trees) {
      Path manifest = scratch.resolve(StoreFiles.STAGING + RandomHex.ofBytes(8));
      try (SourceSet set = SourceSet.scan(tree, false, manifest);
          Ahead<ReadSpan> reading =
              new Ahead<>(pool, threads + 1, span -> pick(set, span, wanted, content))) {
        int chunks = set.manifest().header().chunks();
        for (int first = 0; first < chunks && !wanted.isEmpty(); ) {
          int from = first;
          int count = SpanHasher.spanCount(set.manifest().files(), first);
          reading.add(() -> ReadSpan.read(set, Optional.empty(), from, count));
          first += count;
        }
        reading.finish();
      } finally {
        Files.deleteIfExists(manifest);
      }
    }
    return content;
  }

  private static void pick(
      SourceSet set, ReadSpan span, Map<ByteBuffer, Verifier.Bad> wanted, List<Content> found) {
    FileTable files = set.manifest().files();
    int at = 0;
    for (int i = 0; i < span.count(); i++) {
      int chunk = span.first() + i;
      int length = files.lengthOf(files.fileOf(chunk), chunk);
      ByteBuffer digest =
          ByteBuffer.wrap(
              Arrays.copyOfRange(
                  span.digests(), i * Chunks.DIGEST_BYTES, (i + 1) * Chunks.DIGEST_BYTES));
      Verifier.Bad bad = wanted.remove(digest);
      if (bad != null && bad.length() == length) {
        found.add(new Content(bad, Arrays.copyOfRange(span.content(), at, at + length)));
      }
      at += length;
    }
  }

  private static boolean isRight(Verifier.Bad bad, byte[] bytes, int length) {
    byte[] digest = new byte[Chunks.DIGEST_BYTES];
    if (length != bad.length()) {
      return false;
    }
    Digests.ofChunk(Digests.sha256(), bytes, 0, length, digest, 0);
    return Arrays.equals(digest, bad.digest());
  }

  /** Writes it, and reads it again; returns how many are right now. */
  static int write(Packs packs, List<Content> content) throws IOException {
    Map<Integer, BitSet> right = new HashMap<>();
    int repaired = 0;
    for (Content one : content) {
      Verifier.Bad bad = one.bad();
      try (FileChannel file =
          FileChannel.open(
              packs.content(bad.pack()), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        long offset = (long) bad.unit() * Pack.UNIT_BYTES;
        ByteBuffer out = ByteBuffer.wrap(one.bytes());
        while (out.hasRemaining()) {
          file.write(out, offset + out.position());
        }
        file.force(true);
        ByteBuffer in = ByteBuffer.allocate(bad.length());
        while (in.hasRemaining() && file.read(in, offset + in.position()) > 0) {}
        if (isRight(bad, in.array(), in.position())) {
          right.computeIfAbsent(bad.pack(), p -> new BitSet()).set(bad.unit());
          repaired++;
        }
      }
    }
    for (Map.Entry<Integer, BitSet> one : right.entrySet()) {
      BitSet left = (BitSet) packs.damaged().of(one.getKey()).clone();
      left.andNot(one.getValue());
      packs.damaged().set(one.getKey(), packs.directory(one.getKey()), left);
    }
    if (repaired > 0) {
      packs.forgetIndex();
    }
    return repaired;
  }
}
