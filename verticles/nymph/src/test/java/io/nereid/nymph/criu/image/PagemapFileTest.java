package io.nereid.nymph.criu.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PagemapFileTest {
  /** The beginning of one that CRIU 4.2 wrote: two areas, the second of two pages. */
  private static final String FROM_CRIU =
      "1943565425400856"
          + "02000000"
          + "0801"
          + "0e000000"
          + "0880c0effca9ab15100020042801"
          + "0e000000"
          + "0880c0d2fda9ab15100020042802";

  @TempDir Path dir;

  @Test
  void whatCriuWroteIsUnderstood() throws IOException {
    Path file = dir.resolve("pagemap-1.img");
    Files.write(file, HexFormat.of().parseHex(FROM_CRIU));
    PagemapFile read = PagemapFile.read(file);
    assertThat(read.pagesId()).isEqualTo(1);
    assertThat(read.areas()).hasSize(2);
    assertThat(read.areas().getFirst().pages()).isEqualTo(1);
    assertThat(read.areas().getFirst().is(PagemapFile.PRESENT)).isTrue();
    assertThat(read.areas().getLast().pages()).isEqualTo(2);
    assertThat(read.areas().getFirst().address() % PagemapFile.PAGE_BYTES).isZero();
  }

  @Property(tries = 200)
  void whatIsWrittenIsReadAgain(@ForAll long seed, @ForAll @IntRange(max = 40) int count)
      throws IOException {
    Random random = new Random(seed);
    List<Area> areas = new ArrayList<>();
    long address = PagemapFile.PAGE_BYTES;
    for (int i = 0; i < count; i++) {
      address += (long) random.nextInt(1 << 20) * PagemapFile.PAGE_BYTES;
      Area area = new Area(address, 1 + random.nextInt(1 << 16), 1 + random.nextInt(7));
      areas.add(area);
      address = area.end();
    }
    PagemapFile made = new PagemapFile(random.nextInt(1 << 20), areas);
    Path file = Files.createTempFile("pagemap", ".img");
    try {
      made.write(file);
      assertThat(PagemapFile.read(file)).isEqualTo(made);
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Property(tries = 300)
  void damagedFilesAreRefusedOrReadButNeverBreakAnything(@ForAll long seed) throws IOException {
    byte[] bytes = HexFormat.of().parseHex(FROM_CRIU);
    Random random = new Random(seed);
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
    }
    int length = random.nextInt(bytes.length + 1);
    Path file = Files.createTempFile("pagemap", ".img");
    try {
      Files.write(file, java.util.Arrays.copyOf(bytes, length));
      try {
        assertThat(PagemapFile.read(file).areas()).allMatch(a -> a.pages() > 0);
      } catch (IOException e) {
        assertThat(e).isNotNull();
      }
    } finally {
      Files.deleteIfExists(file);
    }
  }

  @Test
  void areasOutOfOrderAreRefused() throws IOException {
    Path file = dir.resolve("pagemap-1.img");
    new PagemapFile(1, List.of(new Area(8192, 4, 4), new Area(12288, 1, 4))).write(file);
    assertThatThrownBy(() -> PagemapFile.read(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("out of order");
  }
}
