package io.nereid.transfer.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.linux.BeneathDir;
import io.nereid.port.TreeKind;
import io.nereid.transfer.manifest.Entry;
import io.nereid.transfer.manifest.Manifest;
import io.nereid.transfer.manifest.ManifestHeader;
import io.nereid.transfer.manifest.ManifestWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChunkIndexTest {
  private static final Entry.Meta META = new Entry.Meta(0644, 0, 0, 0, 0, List.of());

  /** A base of one file of pages with these digests; there is no content. */
  private record Digested(Manifest manifest) implements Base {
    static Digested of(Path file, byte[][] digests) throws IOException {
      try (ManifestWriter writer = new ManifestWriter(file, TreeKind.IMAGES)) {
        writer.add(new Entry.Directory(new byte[0], META));
        byte[] name = "pages-1.img".getBytes(StandardCharsets.US_ASCII);
        writer.add(new Entry.RegularFile(name, META, 4096L * digests.length));
        ManifestHeader header = writer.finishEntries();
        for (int i = 0; i < digests.length; i++) {
          writer.digests(header, i, digests[i], 32);
        }
      }
      return new Digested(Manifest.open(file));
    }

    @Override
    public BeneathDir dir() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean trusted() {
      return false;
    }

    @Override
    public boolean has(int chunk) {
      return true;
    }

    @Override
    public void lost(int chunk) {}
  }

  private static byte[] digest(int value, int sameBytes) {
    // Equal first bytes: what an index must not be fooled by.
    byte[] digest = new byte[32];
    java.util.Arrays.fill(digest, 0, sameBytes, (byte) 0x55);
    ByteBuffer.wrap(digest).putInt(28, value + 1);
    return digest;
  }

  @Property(tries = 40)
  void whatWasAddedIsFoundAndNothingElse(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 3) int bases,
      @ForAll @IntRange(min = 1, max = 3000) int chunks,
      @ForAll @IntRange(max = 27) int sameBytes)
      throws IOException {
    Random random = new Random(seed);
    Path dir = Files.createTempDirectory("index");
    List<Digested> opened = new ArrayList<>();
    // Chains of equal prefixes are slow by design: keep them short.
    int distinct = sameBytes >= 8 ? Math.min(chunks, 50) : chunks;
    try (ChunkIndex index = new ChunkIndex(seed)) {
      Map<Integer, Long> expected = new HashMap<>();
      for (int b = 0; b < bases; b++) {
        byte[][] digests = new byte[chunks][];
        int[] values = new int[chunks];
        for (int c = 0; c < chunks; c++) {
          values[c] = random.nextInt(distinct);
          digests[c] = values[c] == 0 ? new byte[32] : digest(values[c], sameBytes);
        }
        Digested base = Digested.of(dir.resolve("m" + b), digests);
        opened.add(base);
        int number = index.register(base);
        index.addAll(number);
        for (int c = 0; c < chunks; c++) {
          if (values[c] != 0) {
            expected.putIfAbsent(values[c], ((long) number << 32) | c);
          }
        }
      }
      assertThat(index.size()).isEqualTo(expected.size());
      for (int value = 1; value < distinct + 50; value++) {
        long found = index.find(digest(value, sameBytes), 0);
        assertThat(found).isEqualTo(expected.getOrDefault(value, ChunkIndex.NONE));
      }
      assertThat(index.find(new byte[32], 0)).isEqualTo(ChunkIndex.NONE);
    } finally {
      opened.forEach(o -> o.manifest().close());
      io.nereid.linux.MountSafe.delete(dir);
    }
  }

  @Test
  void aDigestPointsToWhereItWasPutLast() throws IOException {
    Path dir = Files.createTempDirectory("index");
    try (ChunkIndex index = new ChunkIndex(7)) {
      byte[][] digests = {digest(1, 0), digest(2, 0), digest(1, 0)};
      Digested base = Digested.of(dir.resolve("m"), digests);
      int number = index.register(base);
      index.put(digests[0], 0, number, 0);
      index.put(digests[2], 0, number, 2);
      assertThat(index.find(digests[0], 0)).isEqualTo(2L);
      assertThat(index.size()).isEqualTo(1);
      base.manifest().close();
    } finally {
      io.nereid.linux.MountSafe.delete(dir);
    }
  }
}
