package io.nereid.nymph.criu.image;

import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.criu.image.wire.CoreEntry;
import io.nereid.nymph.criu.image.wire.MmEntry;
import io.nereid.nymph.criu.image.wire.VmaEntry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which of the pages that a dump has left to its parent may come after the process runs. CRIU notes
 * it in lazy dumps only; the rules are its own: private anonymous memory that is not locked, but no
 * page that a stack pointer is in. Source: CRIU, vma_entry_can_be_lazy in criu/include/vma.h and
 * is_stack in criu/mem.c.
 */
public final class LazyAreas {
  private static final int MM_BYTES_MAX = 64 << 20;
  private static final int CORE_BYTES_MAX = 4 << 20;
  private static final int MAP_PRIVATE = 0x2;
  private static final int MAP_ANONYMOUS = 0x20;
  private static final int MAP_LOCKED = 0x2000;
  private static final int MAP_HUGETLB = 0x40000;

  /** VSYSCALL, VDSO and VVAR; criu/include/image.h. */
  private static final int KERNELS_OWN = 1 << 2 | 1 << 3 | 1 << 12;

  private final Path images;
  private final TreeSet<Long> stacks;

  private LazyAreas(Path images, TreeSet<Long> stacks) {
    this.images = images;
    this.stacks = stacks;
  }

  /** Reads what is needed of a directory that CRIU has written. */
  public static LazyAreas in(Path images) throws IOException {
    return new LazyAreas(images, stackPages(images));
  }

  /** The same areas, those that may come later being marked. */
  public List<Area> marked(int pid, List<Area> areas) throws IOException {
    NavigableMap<Long, Long> lazy = mayBeLazy(images.resolve("mm-" + pid + ".img"));
    List<Area> marked = new ArrayList<>();
    for (Area area : areas) {
      if (area.is(PagemapFile.PARENT) && !area.is(PagemapFile.PRESENT)) {
        split(area, lazy, marked);
      } else {
        marked.add(area);
      }
    }
    return marked;
  }

  private static NavigableMap<Long, Long> mayBeLazy(Path mm) throws IOException {
    NavigableMap<Long, Long> ends = new TreeMap<>();
    for (VmaEntry vma :
        MmEntry.parseFrom(ImageFile.first(mm, ImageFile.MM, MM_BYTES_MAX)).getVmasList()) {
      int flags = vma.getFlags();
      boolean lazy =
          (flags & MAP_ANONYMOUS) != 0
              && (flags & MAP_PRIVATE) != 0
              && (flags & (MAP_LOCKED | MAP_HUGETLB)) == 0
              && (vma.getStatus() & KERNELS_OWN) == 0;
      if (lazy) {
        ends.put(vma.getStart(), vma.getEnd());
      }
    }
    return ends;
  }

  private static TreeSet<Long> stackPages(Path images) throws IOException {
    TreeSet<Long> pages = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(images, "core-*.img")) {
      for (Path file : files) {
        CoreEntry core = CoreEntry.parseFrom(ImageFile.first(file, ImageFile.CORE, CORE_BYTES_MAX));
        long pointer =
            core.hasThreadInfo()
                ? core.getThreadInfo().getGpregs().getSp()
                : core.getTiAarch64().getGpregs().getSp();
        pages.add(pointer & -PagemapFile.PAGE_BYTES);
      }
    }
    return pages;
  }

  private void split(Area area, NavigableMap<Long, Long> lazy, List<Area> into) {
    for (long at = area.address(); at < area.end(); ) {
      Map.Entry<Long, Long> mapping = lazy.floorEntry(at);
      boolean inLazy = mapping != null && at < mapping.getValue();
      boolean isLazy = inLazy && !stacks.contains(at);
      long end;
      if (!inLazy) {
        Long next = lazy.higherKey(at);
        end = next == null ? area.end() : Math.min(area.end(), next);
      } else if (!isLazy) {
        end = at + PagemapFile.PAGE_BYTES;
      } else {
        Long stack = stacks.higher(at);
        end = Math.min(area.end(), mapping.getValue());
        end = stack == null ? end : Math.min(end, stack);
      }
      long pages = (end - at) / PagemapFile.PAGE_BYTES;
      into.add(new Area(at, pages, isLazy ? PagemapFile.LAZY : PagemapFile.PARENT));
      at = end;
    }
  }
}
