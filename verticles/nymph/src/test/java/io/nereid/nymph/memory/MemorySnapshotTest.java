package io.nereid.nymph.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemorySnapshotTest {
  private static final int PAGE = MemorySnapshot.PAGE_BYTES;
  private static final int PID = (int) ProcessHandle.current().pid();

  @TempDir Path dir;

  @Test
  void onlyPrivateWritableAreasAreRead() {
    List<MemoryMap.Area> areas =
        MemoryMap.privateAreas(
            List.of(
                "55d0c0000000-55d0c0001000 r--p 00000000 fe:00 12 /bin/x",
                "55d0c0003000-55d0c0005000 rw-p 00003000 fe:00 12 /bin/x",
                "7f0000000000-7f0000010000 rw-s 00000000 00:01 99 /dev/zero (deleted)",
                "7f0000020000-7f0000021000 ---p 00000000 00:00 0",
                "7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0 [stack]",
                "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0 [vsyscall]",
                "nonsense"));
    assertThat(areas)
        .containsExactly(
            new MemoryMap.Area(0x55d0c0003000L, 0x55d0c0005000L),
            new MemoryMap.Area(0x7ffd00000000L, 0x7ffd00021000L));
  }

  @Test
  void everyPageThatAProcessHasWrittenIsInTheSnapshot() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/pagemap")));
    int pages = 512;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate((long) pages * PAGE, PAGE);
      Random random = new Random(7);
      Set<String> expected = new HashSet<>();
      for (int i = 0; i < pages; i++) {
        byte[] content = new byte[PAGE];
        random.nextBytes(content);
        MemorySegment.copy(content, 0, memory, ValueLayout.JAVA_BYTE, (long) i * PAGE, PAGE);
        expected.add(key(content));
      }
      try (MemorySnapshot snapshot =
          MemorySnapshot.take(List.of(PID), dir, Long.MAX_VALUE, () -> true)) {
        Path file = pages();
        assertThat(Files.size(file)).isEqualTo(snapshot.bytes());
        Set<String> found = new HashSet<>(expected);
        found.removeAll(keysIn(file));
        assertThat(found).as("pages that are missing").isEmpty();
      }
    }
  }

  @Test
  void aProcessThatIsGoneCostsNothing() throws IOException {
    try (MemorySnapshot snapshot =
        MemorySnapshot.take(List.of(0x7fff_fff0), dir, 1 << 20, () -> true)) {
      assertThat(snapshot.bytes()).isZero();
      assertThat(dir).isEmptyDirectory();
    }
  }

  @Test
  void theSnapshotEndsAtItsLimit() throws IOException {
    assumeTrue(Files.isReadable(Path.of("/proc/self/pagemap")));
    try (MemorySnapshot snapshot = MemorySnapshot.take(List.of(PID), dir, 2L << 20, () -> true)) {
      assertThat(snapshot.bytes()).isBetween(1L << 20, (2L << 20) + (1L << 20));
    }
  }

  @Test
  void theSnapshotEndsWhenItIsNoLongerWanted() throws IOException {
    try (MemorySnapshot snapshot = MemorySnapshot.take(List.of(PID), dir, 64L << 20, () -> false)) {
      assertThat(snapshot.bytes()).isZero();
    }
  }

  private Path pages() throws IOException {
    try (var files = Files.list(dir)) {
      return files
          .filter(f -> f.getFileName().toString().startsWith("pages-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static List<String> keysIn(Path file) throws IOException {
    List<String> keys = new ArrayList<>();
    try (var in = Files.newInputStream(file)) {
      byte[] page = new byte[PAGE];
      while (in.readNBytes(page, 0, PAGE) == PAGE) {
        keys.add(key(page));
      }
    }
    return keys;
  }

  /** Random pages differ in their first bytes; a digest would add nothing. */
  private static String key(byte[] page) {
    return new String(page, 0, 64, java.nio.charset.StandardCharsets.ISO_8859_1)
        + new String(page, PAGE - 64, 64, java.nio.charset.StandardCharsets.ISO_8859_1);
  }
}
