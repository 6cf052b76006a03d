package io.nereid.nymph.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrozenPagesTest {
  private static final int PAGE = PageHash.PAGE_BYTES;
  private static final int PAGES = 20_000;
  @TempDir Path dir;

  private Path saved(byte[] content) throws IOException {
    Path file = dir.resolve("hashes");
    try (Arena arena = Arena.ofConfined()) {
      PageHash hash = new PageHash();
      PageRecord record = new PageRecord(arena, hash);
      MemorySegment pages = arena.allocate(content.length, PAGE);
      pages.copyFrom(MemorySegment.ofArray(content));
      record.add(0, pages.asSlice(0, 10L * PAGE), 10);
      record.add(12L * PAGE, pages.asSlice(12L * PAGE), PAGES - 12);
      record.finish();
      SavedHashes.write(file, hash, Map.of(7, record));
    }
    return file;
  }

  @Test
  void anotherProgramFindsWhatHasChangedByTheSavedHashes() throws IOException {
    byte[] content = new byte[PAGES * PAGE];
    new Random(3).nextBytes(content);
    Path file = saved(content);
    content[5 * PAGE + 9]++;
    content[19_999 * PAGE]++;
    Path process = Files.createDirectories(dir.resolve("proc").resolve("1234"));
    Files.write(process.resolve("mem"), content);
    Files.write(process.resolve("pagemap"), new byte[0]);
    try (FrozenPages pages = new FrozenPages(dir.resolve("proc"), file, Map.of(7, 1234))) {
      assertThat(pages.same(7, 0, 14)).hasToString("{0, 1, 2, 3, 4, 6, 7, 8, 9, 12, 13}");
      assertThat(pages.same(7, 12L * PAGE, PAGES - 12).cardinality()).isEqualTo(PAGES - 13);
      ByteBuffer buffer = FrozenPages.buffer(2);
      pages.read(7, 5L * PAGE, 2, buffer);
      assertThat(buffer.get(9)).isEqualTo(content[5 * PAGE + 9]);
      assertThat(pages.same(8, 0, 3).isEmpty()).isTrue();
      assertThatThrownBy(() -> pages.read(7, (long) PAGES * PAGE, 1, buffer))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> pages.read(8, 0, 1, buffer)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aFileThatIsCutShortIsRefused() throws IOException {
    Path file = saved(new byte[PAGES * PAGE]);
    byte[] bytes = Files.readAllBytes(file);
    Path cut = dir.resolve("cut");
    Files.write(cut, java.util.Arrays.copyOf(bytes, bytes.length - 8));
    assertThatThrownBy(() -> new FrozenPages(dir, cut, Map.of())).isInstanceOf(IOException.class);
    Files.write(cut, new byte[64]);
    assertThatThrownBy(() -> new FrozenPages(dir, cut, Map.of())).isInstanceOf(IOException.class);
  }
}
