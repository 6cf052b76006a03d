package io.nereid.nymph.snapshot;

import io.nereid.domain.snapshot.SnapshotDiff.ProcessChange;
import io.nereid.nymph.criu.image.PagemapFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** What differs between the memory in two directories of complete images, page by page. Blocks. */
final class MemoryDiff {
  private static final int PAGE = PagemapFile.PAGE_BYTES;

  /** Pages that are compared at once. */
  private static final int BATCH = 256;

  private MemoryDiff() {}

  /** Compares every process. */
  static List<ProcessChange> of(Path from, Path to) throws IOException {
    Map<Integer, Path> before = PagemapFile.all(from);
    Map<Integer, Path> after = PagemapFile.all(to);
    TreeSet<Integer> all = new TreeSet<>(before.keySet());
    all.addAll(after.keySet());
    List<ProcessChange> changes = new ArrayList<>();
    for (int process : all) {
      try (Pages a = Pages.open(from, before.get(process));
          Pages b = Pages.open(to, after.get(process))) {
        changes.add(compare(process, a, b));
      }
    }
    return changes;
  }

  private static ProcessChange compare(int process, Pages a, Pages b) throws IOException {
    long changed = 0;
    long gone = 0;
    while (a.hasMore() || b.hasMore()) {
      if (!b.hasMore() || (a.hasMore() && Long.compareUnsigned(a.address(), b.address()) < 0)) {
        long until = b.hasMore() ? b.address() : Long.MAX_VALUE;
        gone += a.skip(until);
      } else if (!a.hasMore() || Long.compareUnsigned(b.address(), a.address()) < 0) {
        long until = a.hasMore() ? a.address() : Long.MAX_VALUE;
        changed += b.skip(until);
      } else {
        int count = (int) Math.min(BATCH, Math.min(a.left(), b.left()));
        changed += different(a.read(count), b.read(count), count);
      }
    }
    return new ProcessChange(process, a.bytes(), b.bytes(), changed, changed * PAGE, gone);
  }

  private static int different(ByteBuffer a, ByteBuffer b, int count) {
    int different = 0;
    for (int i = 0; i < count; i++) {
      different += a.slice(i * PAGE, PAGE).equals(b.slice(i * PAGE, PAGE)) ? 0 : 1;
    }
    return different;
  }

  /** The pages of one process, from the lowest address on. */
  private static final class Pages implements AutoCloseable {
    private final List<PagemapFile.Area> areas;
    private final FileChannel content;
    private final long bytes;
    private int area;
    private long page;
    private long position;

    private Pages(List<PagemapFile.Area> areas, FileChannel content) {
      this.areas = areas;
      this.content = content;
      this.bytes = areas.stream().mapToLong(PagemapFile.Area::pages).sum() * PAGE;
    }

    /** Of a process that is not there when the map is absent. */
    static Pages open(Path images, Path map) throws IOException {
      if (map == null) {
        return new Pages(List.of(), null);
      }
      PagemapFile read = PagemapFile.read(map);
      // What has no content of its own is empty.
      List<PagemapFile.Area> present =
          read.areas().stream().filter(a -> a.is(PagemapFile.PRESENT)).toList();
      return new Pages(
          present,
          FileChannel.open(
              images.resolve(PagemapFile.pagesName(read.pagesId())), StandardOpenOption.READ));
    }

    boolean hasMore() {
      return area < areas.size();
    }

    long address() {
      return areas.get(area).address() + page * PAGE;
    }

    /** Pages of this area that are left. */
    long left() {
      return areas.get(area).pages() - page;
    }

    long bytes() {
      return bytes;
    }

    /** Goes to an address, or to the end of the area when that is nearer. */
    long skip(long until) {
      long count = left();
      if (Long.compareUnsigned(until, areas.get(area).end()) < 0) {
        count = (until - address()) / PAGE;
      }
      position += count * PAGE;
      advance(count);
      return count;
    }

    ByteBuffer read(int count) throws IOException {
      ByteBuffer into = ByteBuffer.allocate(count * PAGE);
      while (into.hasRemaining()) {
        if (content.read(into, position + into.position()) < 0) {
          throw new EOFException("the pages of a process end before their map does");
        }
      }
      position += into.capacity();
      advance(count);
      return into.flip();
    }

    private void advance(long count) {
      page += count;
      if (page == areas.get(area).pages()) {
        area++;
        page = 0;
      }
    }

    @Override
    public void close() throws IOException {
      if (content != null) {
        content.close();
      }
    }
  }
}
