package io.nereid.nymph.criu.image;

import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.criu.image.wire.InventoryEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Images that claim to have every page of some processes, and have none: the parent of a dump whose
 * memory is brought by somebody else. CRIU looks whether the parent's page map has a page, not at
 * its content. Source: CRIU, check_pagehole_in_parent in criu/page-xfer.c.
 */
public final class HollowParent {
  private static final int IMAGES_V1_1 = 2;
  private static final long LOWEST = 1L << 12;

  /** More than any process can have, and few enough to count in 32 bits. */
  private static final long AREA_PAGES = 1L << 30;

  private static final long HIGHEST = 1L << 47;

  private HollowParent() {}

  /**
   * Writes them.
   *
   * @param directory exists and is empty
   * @param idsInside of the processes, inside the container
   */
  public static void write(Path directory, Collection<Integer> idsInside) throws IOException {
    List<Area> everything = new ArrayList<>();
    for (long at = LOWEST; at < HIGHEST; ) {
      long pages = Math.min(AREA_PAGES, (HIGHEST - at) / PagemapFile.PAGE_BYTES);
      Area area = new Area(at, pages, PagemapFile.PRESENT);
      everything.add(area);
      at = area.end();
    }
    for (int id : idsInside) {
      new PagemapFile(id, everything).write(directory.resolve(PagemapFile.name(id)));
      Files.createFile(directory.resolve(PagemapFile.pagesName(id)));
    }
    // By it CRIU sees whether a process id has been given to another process since.
    InventoryEntry inventory =
        InventoryEntry.newBuilder()
            .setImgVersion(IMAGES_V1_1)
            .setDumpUptime(uptimeMicroseconds())
            .build();
    ImageFile.writeInventory(directory.resolve("inventory.img"), inventory.toByteArray());
  }

  private static long uptimeMicroseconds() throws IOException {
    String seconds =
        Files.readString(Path.of("/proc/uptime"), StandardCharsets.US_ASCII).split(" ")[0];
    return (long) (Double.parseDouble(seconds) * 1_000_000);
  }
}
