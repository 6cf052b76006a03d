package io.nereid.nymph.pages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlatImagesTest {
  private static final int PAGE = PagemapFile.PAGE_BYTES;
  @TempDir Path dir;

  private Path images(String name, int pagesId, List<Area> areas, String content)
      throws IOException {
    Path images = Files.createDirectory(dir.resolve(name));
    new PagemapFile(pagesId, areas).write(images.resolve(PagemapFile.name(5)));
    byte[] pages = new byte[content.length() * PAGE];
    for (int i = 0; i < content.length(); i++) {
      Arrays.fill(pages, i * PAGE, (i + 1) * PAGE, (byte) content.charAt(i));
    }
    Files.write(images.resolve(PagemapFile.pagesName(pagesId)), pages);
    return images;
  }

  private static Area area(long page, long pages, int flags) {
    return new Area(page * PAGE, pages, flags);
  }

  @Test
  void pagesComeFromTheNewestDirectoryThatHasThem() throws IOException {
    Path ahead = images("ahead", 5, List.of(area(10, 6, PagemapFile.PRESENT)), "abcdef");
    Path memory =
        images(
            "memory",
            5,
            List.of(
                area(10, 2, PagemapFile.PARENT),
                area(12, 2, PagemapFile.PRESENT),
                area(14, 2, PagemapFile.PARENT)),
            "XY");
    Path images =
        images(
            "images",
            1,
            List.of(
                area(1, 1, PagemapFile.PRESENT),
                area(10, 6, PagemapFile.LAZY),
                area(20, 1, PagemapFile.PRESENT | PagemapFile.LAZY)),
            "1Z");
    FlatImages.flatten(images, List.of(memory, ahead));
    byte[] pages = Files.readAllBytes(images.resolve(PagemapFile.pagesName(1)));
    StringBuilder found = new StringBuilder();
    for (int at = 0; at < pages.length; at += PAGE) {
      found.append((char) pages[at]);
    }
    assertThat(found).hasToString("1abXYefZ");
    assertThat(PagemapFile.read(images.resolve(PagemapFile.name(5))).areas())
        .allMatch(a -> a.is(PagemapFile.PRESENT) && !a.is(PagemapFile.PARENT));
  }

  @Test
  void aPageThatIsNowhereIsAnError() throws IOException {
    Path ahead = images("ahead", 5, List.of(area(10, 1, PagemapFile.PRESENT)), "a");
    Path images = images("images", 1, List.of(area(10, 2, PagemapFile.LAZY)), "");
    assertThatThrownBy(() -> FlatImages.flatten(images, List.of(ahead)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no page");
  }
}
