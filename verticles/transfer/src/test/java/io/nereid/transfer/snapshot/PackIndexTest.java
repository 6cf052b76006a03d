package io.nereid.transfer.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackIndexTest {
  private static final int PACKS = 3_000;
  private static final int EACH = 20;
  @TempDir Path dir;

  private static byte[] digest(int number) throws Exception {
    return MessageDigest.getInstance("SHA-256")
        .digest(ByteBuffer.allocate(4).putInt(number).array());
  }

  private Pack pack(int number, int first, int count) throws Exception {
    Path list = dir.resolve("list-" + number);
    ByteBuffer out = ByteBuffer.allocate(count * Pack.ENTRY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      out.put(digest(first + i)).putInt(i).putInt(4096);
    }
    Files.write(list, out.array());
    return Pack.open(number, list);
  }

  @Test
  void chunksAreFoundAmongThousandsOfPacksAndThoseThatAreDamagedAreNot() throws Exception {
    try (PackIndex index = new PackIndex()) {
      BitSet damaged = new BitSet();
      damaged.set(5);
      for (int i = 0; i < PACKS; i++) {
        // Some have nothing in them.
        Pack pack = pack(i + 1, i * EACH, i % 10 == 3 ? 0 : EACH);
        assertThat(i == 7 ? index.add(pack, damaged) : index.add(pack)).isTrue();
      }
      for (int i = 0; i < PACKS * EACH; i += 7) {
        int pack = i / EACH;
        boolean there = pack % 10 != 3 && !(pack == 7 && i % EACH == 5);
        assertThat(index.find(digest(i), 0, 4096))
            .isEqualTo(there ? Places.place(pack + 1, i % EACH) : PackIndex.NONE);
      }
      assertThat(index.find(digest(7 * EACH + 5), 0, 4096)).isEqualTo(PackIndex.NONE);
      assertThat(index.find(digest(-1), 0, 4096)).isEqualTo(PackIndex.NONE);
      assertThat(index.bytes()).isLessThan(100L * index.chunks());
    }
  }

  @Test
  void chunksOfAPackThatIsBeingWrittenAreFoundByTheirDigests() throws Exception {
    OwnChunks own = new OwnChunks();
    for (int i = 0; i < 100_000; i++) {
      byte[] digest = digest(i);
      assertThat(own.find(digest, 0)).isEqualTo(-1);
      own.add(digest, 0, 3 * i);
    }
    for (int i = 0; i < 100_000; i += 11) {
      assertThat(own.find(digest(i), 0)).isEqualTo(3 * i);
    }
  }

  @Test
  void aListKnowsWhichEntryBeginsAtAUnit() throws Exception {
    try (Pack pack = pack(1, 0, 50)) {
      for (int unit = 0; unit < 50; unit++) {
        assertThat(pack.entryAt(unit)).isEqualTo(unit);
      }
      assertThat(pack.entryAt(50)).isEqualTo(-1);
    }
  }
}
