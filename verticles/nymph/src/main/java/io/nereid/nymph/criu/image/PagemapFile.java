package io.nereid.nymph.criu.image;

import io.nereid.nymph.criu.image.wire.PagemapEntry;
import io.nereid.nymph.criu.image.wire.PagemapHead;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The image that says which pages of a process there are and where their content is.
 *
 * <p>Source of the format: CRIU, criu/include/magic.h, criu/image.c and criu/include/pagemap.h: two
 * magic numbers, then messages, each after its length; all little endian.
 *
 * @param pagesId number of the file with the content, {@code pages-N.img}
 * @param areas in the order of their addresses
 */
public record PagemapFile(int pagesId, List<Area> areas) {
  /** The content is in the image directory that {@code parent} points to. */
  public static final int PARENT = 1;

  /** The content may be brought after the process runs. */
  public static final int LAZY = 2;

  /** The content is in the pages file, after that of the areas before. */
  public static final int PRESENT = 4;

  /** The unit, in bytes. */
  public static final int PAGE_BYTES = 4096;

  private static final Pattern NAME = Pattern.compile("pagemap-(\\d{1,9})\\.img");
  private static final int COMMON_MAGIC = 0x54564319;
  private static final int PAGEMAP_MAGIC = 0x56084025;
  private static final int MESSAGE_BYTES_MAX = 1024;

  /** A file larger than this is not CRIU's: about 20 bytes for each of 1.6 million areas. */
  private static final long FILE_BYTES_MAX = 32L << 20;

  public PagemapFile {
    areas = List.copyOf(areas);
  }

  /**
   * Pages that follow each other.
   *
   * @param address of the first byte
   * @param pages how many
   * @param flags of {@link #PARENT}, {@link #LAZY}, {@link #PRESENT}
   */
  public record Area(long address, long pages, int flags) {
    /** Whether a flag is set. */
    public boolean is(int flag) {
      return (flags & flag) != 0;
    }

    /** Whether a dump has not written its content, because somebody else brings it. */
    public boolean isLeftOut() {
      return (flags & (LAZY | PARENT)) != 0 && !is(PRESENT);
    }

    /** The same with other flags. */
    public Area with(int others) {
      return new Area(address, pages, others);
    }

    /** The first address after it. */
    public long end() {
      return address + pages * PAGE_BYTES;
    }
  }

  /** Name of the file of a process, by its id inside the container. */
  public static String name(int pid) {
    return "pagemap-" + pid + ".img";
  }

  /** The files of processes in a directory of images, by the process's id inside the container. */
  public static SortedMap<Integer, Path> all(Path images) throws IOException {
    SortedMap<Integer, Path> all = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(images, "pagemap-*.img")) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          all.put(Integer.parseInt(name.group(1)), file);
        }
      }
    }
    return all;
  }

  /** Name of a file with content. */
  public static String pagesName(int pagesId) {
    return "pages-" + pagesId + ".img";
  }

  /**
   * Reads a file that CRIU or {@link #write} has made.
   *
   * @throws IOException when it cannot be read or is not such a file
   */
  public static PagemapFile read(Path file) throws IOException {
    if (Files.size(file) > FILE_BYTES_MAX) {
      throw new IOException(file + " is too large for a page map");
    }
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    if (in.remaining() < 8 || in.getInt() != COMMON_MAGIC || in.getInt() != PAGEMAP_MAGIC) {
      throw new IOException(file + " is not a page map of CRIU");
    }
    int pagesId = PagemapHead.parseFrom(message(in, file)).getPagesId();
    List<Area> areas = new ArrayList<>();
    long last = 0;
    while (in.hasRemaining()) {
      PagemapEntry entry = PagemapEntry.parseFrom(message(in, file));
      Area area = area(entry);
      if (area.address() % PAGE_BYTES != 0
          || area.pages() <= 0
          || area.pages() > (Long.MAX_VALUE - area.address()) / PAGE_BYTES
          || Long.compareUnsigned(area.address(), last) < 0) {
        throw new IOException(file + " has an area out of order at " + area.address());
      }
      areas.add(area);
      last = area.end();
    }
    return new PagemapFile(pagesId, areas);
  }

  private static Area area(PagemapEntry entry) {
    long pages =
        entry.hasNrPages() ? entry.getNrPages() : Integer.toUnsignedLong(entry.getCompatNrPages());
    int flags = entry.hasFlags() ? entry.getFlags() : entry.getInParent() ? PARENT : PRESENT;
    return new Area(entry.getVaddr(), pages, flags);
  }

  private static ByteBuffer message(ByteBuffer in, Path file) throws IOException {
    if (in.remaining() < 4) {
      throw new IOException(file + " ends in the middle of a message");
    }
    int length = in.getInt();
    if (length < 0 || length > MESSAGE_BYTES_MAX || length > in.remaining()) {
      throw new IOException(file + " has a message of " + length + " bytes");
    }
    ByteBuffer message = in.slice(in.position(), length);
    in.position(in.position() + length);
    return message;
  }

  /** Writes it, replacing what is there. */
  public void write(Path file) throws IOException {
    try (BufferedOutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      out.write(
          ByteBuffer.allocate(8)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putInt(COMMON_MAGIC)
              .putInt(PAGEMAP_MAGIC)
              .array());
      put(out, PagemapHead.newBuilder().setPagesId(pagesId).build().toByteArray());
      for (Area area : areas) {
        PagemapEntry entry =
            PagemapEntry.newBuilder()
                .setVaddr(area.address())
                .setCompatNrPages((int) area.pages())
                .setNrPages(area.pages())
                .setFlags(area.flags())
                .build();
        put(out, entry.toByteArray());
      }
    }
  }

  private static void put(BufferedOutputStream out, byte[] message) throws IOException {
    out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(message.length).array());
    out.write(message);
  }
}
