package io.nereid.nymph.criu.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.criu.image.wire.CoreEntry;
import io.nereid.nymph.criu.image.wire.MmEntry;
import io.nereid.nymph.criu.image.wire.RegsX86;
import io.nereid.nymph.criu.image.wire.ThreadX86;
import io.nereid.nymph.criu.image.wire.VmaEntry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LazyAreasTest {
  private static final int ANONYMOUS = 0x22;
  private static final int OF_A_FILE = 0x02;
  private static final int REGULAR = 1;
  private static final int VDSO = 1 << 3;
  private static final long PAGE = PagemapFile.PAGE_BYTES;
  @TempDir Path dir;

  private static void image(Path file, int magic, byte[] message) throws IOException {
    ByteBuffer out =
        ByteBuffer.allocate(12 + message.length)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putInt(0x54564319)
            .putInt(magic)
            .putInt(message.length)
            .put(message);
    Files.write(file, out.array());
  }

  private static VmaEntry vma(long first, long end, int flags, int status) {
    return VmaEntry.newBuilder()
        .setStart(first * PAGE)
        .setEnd(end * PAGE)
        .setFlags(flags)
        .setStatus(status)
        .build();
  }

  private List<Area> marked(List<Area> areas, long stackPointer) throws IOException {
    MmEntry mm =
        MmEntry.newBuilder()
            .addVmas(vma(10, 20, OF_A_FILE, REGULAR))
            .addVmas(vma(20, 40, ANONYMOUS, REGULAR))
            .addVmas(vma(50, 60, ANONYMOUS | 0x2000, REGULAR))
            .addVmas(vma(70, 72, ANONYMOUS, REGULAR | VDSO))
            .build();
    image(dir.resolve("mm-1.img"), ImageFile.MM, mm.toByteArray());
    CoreEntry core =
        CoreEntry.newBuilder()
            .setThreadInfo(
                ThreadX86.newBuilder().setGpregs(RegsX86.newBuilder().setSp(stackPointer)))
            .build();
    image(dir.resolve("core-1.img"), ImageFile.CORE, core.toByteArray());
    return LazyAreas.in(dir).marked(1, areas);
  }

  private static Area area(long first, long end, int flags) {
    return new Area(first * PAGE, end - first, flags);
  }

  @Test
  void onlyPrivateAnonymousMemoryMayComeLater() throws IOException {
    List<Area> all =
        List.of(
            area(15, 30, PagemapFile.PARENT),
            area(50, 55, PagemapFile.PARENT),
            area(70, 72, PagemapFile.PARENT));
    assertThat(marked(all, 0))
        .containsExactly(
            area(15, 20, PagemapFile.PARENT),
            area(20, 30, PagemapFile.LAZY),
            area(50, 55, PagemapFile.PARENT),
            area(70, 72, PagemapFile.PARENT));
  }

  @Test
  void aPageWithAStackPointerMayNot() throws IOException {
    assertThat(marked(List.of(area(20, 40, PagemapFile.PARENT)), 25 * PAGE + 8))
        .containsExactly(
            area(20, 25, PagemapFile.LAZY),
            area(25, 26, PagemapFile.PARENT),
            area(26, 40, PagemapFile.LAZY));
  }

  @Test
  void whatTheDumpHasWrittenStaysAsItIs() throws IOException {
    List<Area> written = List.of(area(20, 30, PagemapFile.PRESENT));
    assertThat(marked(written, 0)).isEqualTo(written);
  }

  @Test
  void aHollowParentClaimsToHaveEveryPage() throws IOException {
    HollowParent.write(dir, List.of(1, 7));
    assertThat(dir.resolve("pages-7.img")).isEmptyFile();
    List<Area> areas = PagemapFile.read(dir.resolve("pagemap-7.img")).areas();
    assertThat(areas.getFirst().address()).isEqualTo(PAGE);
    assertThat(areas.getLast().end()).isEqualTo(1L << 47);
    for (int i = 1; i < areas.size(); i++) {
      assertThat(areas.get(i).address()).isEqualTo(areas.get(i - 1).end());
    }
    assertThat(dir.resolve("inventory.img")).isNotEmptyFile();
  }
}
