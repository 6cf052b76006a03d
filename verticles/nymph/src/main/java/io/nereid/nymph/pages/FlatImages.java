package io.nereid.nymph.pages;

import io.nereid.nymph.criu.image.PageChain;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.port.BasedOn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes images of which the memory is in several directories complete in one, as a plain dump would
 * have written them. Blocks; copies from file to file inside the kernel.
 */
public final class FlatImages {
  private static final int PAGE_BYTES = PagemapFile.PAGE_BYTES;

  private FlatImages() {}

  /**
   * Brings into the images what they have left out.
   *
   * @param older where the pages are that they have left out, the newest first
   * @throws IOException when a file cannot be read or written, or a page is nowhere
   */
  public static void flatten(Path images, List<Path> older) throws IOException {
    flatten(images, older, Map.of());
  }

  /**
   * The same; what is in a base is left out of the files of pages as a hole.
   *
   * @param base page maps of the base by process; all of their pages are there
   * @return what was left out, and where it is in the base
   */
  public static List<BasedOn.Range> flatten(
      Path images, List<Path> older, Map<Integer, PagemapFile> base) throws IOException {
    List<BasedOn.Range> ranges = new ArrayList<>();
    try (PageChain chain = PageChain.open(older, base)) {
      for (Map.Entry<Integer, Path> map : PagemapFile.all(images).entrySet()) {
        flatten(images, map.getValue(), map.getKey(), chain, new LeftOut(base, ranges));
      }
    }
    return ranges;
  }

  /** Takes down what is in the base. */
  private record LeftOut(Map<Integer, PagemapFile> base, List<BasedOn.Range> ranges) {
    void add(int process, Path file, long offset, PageChain.Piece piece) {
      String name = file.getFileName().toString();
      String baseName = PagemapFile.pagesName(base.get(process).pagesId());
      BasedOn.Range last = ranges.isEmpty() ? null : ranges.getLast();
      if (last != null
          && last.file().equals(name)
          && last.offset() + last.bytes() == offset
          && last.baseFile().equals(baseName)
          && last.baseOffset() + last.bytes() == piece.offset()) {
        ranges.removeLast();
        ranges.add(
            new BasedOn.Range(
                name, last.offset(), baseName, last.baseOffset(), last.bytes() + piece.bytes()));
      } else {
        ranges.add(new BasedOn.Range(name, offset, baseName, piece.offset(), piece.bytes()));
      }
    }
  }

  private static void flatten(Path images, Path map, int process, PageChain chain, LeftOut left)
      throws IOException {
    PagemapFile before = PagemapFile.read(map);
    if (before.areas().stream().allMatch(a -> a.is(PagemapFile.PRESENT))) {
      return;
    }
    Path pages = images.resolve(PagemapFile.pagesName(before.pagesId()));
    Path fresh = images.resolve(pages.getFileName() + ".flat");
    List<Area> areas = new ArrayList<>();
    try (FileChannel own = FileChannel.open(pages, StandardOpenOption.READ);
        FileChannel out =
            FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      long offset = 0;
      for (Area area : before.areas()) {
        if (area.is(PagemapFile.PRESENT)) {
          copy(own, offset, area.pages() * PAGE_BYTES, out);
          offset += area.pages() * PAGE_BYTES;
        } else {
          bring(chain, process, area, out, at -> left.add(process, pages, out.position(), at));
        }
        areas.add(area.with((area.flags() & ~PagemapFile.PARENT) | PagemapFile.PRESENT));
      }
      if (out.size() < out.position()) {
        out.write(ByteBuffer.allocate(1), out.position() - 1);
      }
    }
    Path freshMap = images.resolve(map.getFileName() + ".flat");
    new PagemapFile(before.pagesId(), areas).write(freshMap);
    Files.move(fresh, pages, StandardCopyOption.ATOMIC_MOVE);
    Files.move(freshMap, map, StandardCopyOption.ATOMIC_MOVE);
  }

  private interface InBase {
    void at(PageChain.Piece piece) throws IOException;
  }

  private static void bring(
      PageChain chain, long process, Area area, FileChannel out, InBase inBase) throws IOException {
    for (long at = area.address(); at < area.end(); ) {
      for (PageChain.Piece piece : chain.find(process, at, (area.end() - at) / PAGE_BYTES)) {
        if (piece.isInBase()) {
          inBase.at(piece);
          out.position(out.position() + piece.bytes());
        } else {
          copy(piece.file(), piece.offset(), piece.bytes(), out);
        }
        at += piece.bytes();
      }
    }
  }

  private static void copy(FileChannel from, long offset, long bytes, FileChannel to)
      throws IOException {
    for (long done = 0; done < bytes; ) {
      long count = from.transferTo(offset + done, bytes - done, to);
      if (count <= 0) {
        throw new IOException("an image with pages is shorter than its map says");
      }
      done += count;
    }
  }
}
