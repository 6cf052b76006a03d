package io.nereid.transfer.snapshot;

import io.nereid.port.SnapshotPort.ChunkSource;
import io.nereid.transfer.manifest.Chunks;
import io.nereid.transfer.manifest.Digests;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts content in the place of what was damaged, so that all snapshots that refer to it are whole.
 */
final class ChunkRepair {
  /** More than this waits for the next time: what was fetched is in memory until it is written. */
  private static final int CHUNKS_MAX = 4_096;

  private ChunkRepair() {}

  /** Content that was compared with the digest. */
  record Content(Verifier.Bad bad, byte[] bytes) {}

  /** Gets what can be had. */
  static List<Content> fetch(List<Verifier.Bad> bad, ChunkSource source) {
    List<Content> content = new ArrayList<>();
    for (Verifier.Bad one : bad.subList(0, Math.min(CHUNKS_MAX, bad.size()))) {
      Optional<byte[]> bytes = source.chunk(one.digest().clone(), one.length());
      if (bytes.isPresent() && isRight(one, bytes.get(), bytes.get().length)) {
        content.add(new Content(one, bytes.get()));
      }
    }
    return content;
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
