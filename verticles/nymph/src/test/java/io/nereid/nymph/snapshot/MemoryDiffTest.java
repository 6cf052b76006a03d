package io.nereid.nymph.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.snapshot.SnapshotDiff.ProcessChange;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryDiffTest {
  private static final int PAGE = PagemapFile.PAGE_BYTES;
  @TempDir private Path dir;

  private static Area area(long page, long pages) {
    return new Area(page * PAGE, pages, PagemapFile.PRESENT);
  }

  /** Pages filled with one byte each. */
  private static void process(Path images, int pid, List<Area> areas, int... fill)
      throws IOException {
    Files.createDirectories(images);
    new PagemapFile(pid, areas).write(images.resolve(PagemapFile.name(pid)));
    byte[] content = new byte[fill.length * PAGE];
    for (int i = 0; i < fill.length; i++) {
      Arrays.fill(content, i * PAGE, (i + 1) * PAGE, (byte) fill[i]);
    }
    Files.write(images.resolve(PagemapFile.pagesName(pid)), content);
  }

  @Test
  void pagesAreComparedByTheirAddressWhereverTheyAreInTheFile() throws IOException {
    Path from = dir.resolve("a");
    Path to = dir.resolve("b");
    process(from, 1, List.of(area(10, 3), area(20, 2)), 1, 2, 3, 4, 5);
    process(to, 1, List.of(area(9, 2), area(12, 1), area(20, 3)), 7, 1, 9, 4, 6, 8);
    // 9 and 22 are new, 12 and 21 have changed; 11 is gone.
    assertThat(MemoryDiff.of(from, to))
        .containsExactly(new ProcessChange(1, 5 * PAGE, 6 * PAGE, 4, 4 * PAGE, 1));
  }

  @Test
  void aProcessThatIsThereOnlyOnceIsAllNewOrAllGone() throws IOException {
    Path from = dir.resolve("a");
    Path to = dir.resolve("b");
    process(from, 1, List.of(area(1, 2)), 1, 2);
    process(from, 2, List.of(area(1, 1)), 1);
    process(to, 1, List.of(area(1, 2)), 1, 2);
    process(to, 3, List.of(area(5, 1)), 1);
    assertThat(MemoryDiff.of(from, to))
        .containsExactly(
            new ProcessChange(1, 2 * PAGE, 2 * PAGE, 0, 0, 0),
            new ProcessChange(2, PAGE, 0, 0, 0, 1),
            new ProcessChange(3, 0, PAGE, 1, PAGE, 0));
  }

  @Test
  void aLongAreaIsComparedToItsEnd() throws IOException {
    Path from = dir.resolve("a");
    Path to = dir.resolve("b");
    int[] before = new int[1_000];
    int[] after = new int[1_000];
    after[0] = 1;
    after[256] = 1;
    after[999] = 1;
    process(from, 1, List.of(area(0, 1_000)), before);
    process(to, 1, List.of(area(0, 1_000)), after);
    assertThat(MemoryDiff.of(from, to).getFirst().pagesChanged()).isEqualTo(3);
  }
}
