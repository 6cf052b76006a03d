package io.nereid.nymph.criu.image;

import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the content of each page is, over several image directories: the newest that has it. All
 * files are opened at once, so that they may be deleted afterwards. Immutable; thread-safe.
 */
public final class PageChain implements AutoCloseable {
  private static final int PAGE_BYTES = PagemapFile.PAGE_BYTES;

  private final Map<Long, List<Layer>> processes = new HashMap<>();
  private final List<FileChannel> files = new ArrayList<>();

  /** One process in one directory, its areas with the offsets of their content. */
  private record Layer(FileChannel pages, Area[] areas, long[] offsets) {
    int find(long address) {
      int low = 0;
      int high = areas.length - 1;
      while (low <= high) {
        int middle = (low + high) >>> 1;
        if (address < areas[middle].address()) {
          high = middle - 1;
        } else if (address >= areas[middle].end()) {
          low = middle + 1;
        } else {
          return middle;
        }
      }
      return -1;
    }
  }

  /**
   * A piece of a file.
   *
   * @param file null for what is in the base, whose pages file is not here
   */
  public record Piece(FileChannel file, long offset, long bytes) {
    /** Whether it is in the base. */
    public boolean isInBase() {
      return file == null;
    }
  }

  private PageChain() {}

  /**
   * Opens image directories.
   *
   * @param directories the newest first; each is the parent of the one before
   */
  public static PageChain open(List<Path> directories) throws IOException {
    return open(directories, Map.of());
  }

  /**
   * The same; what the oldest directory leaves to its parent is in a base.
   *
   * @param base page maps of images of which only those are here, by process
   */
  public static PageChain open(List<Path> directories, Map<Integer, PagemapFile> base)
      throws IOException {
    PageChain chain = new PageChain();
    try {
      for (Path directory : directories) {
        for (Map.Entry<Integer, Path> map : PagemapFile.all(directory).entrySet()) {
          PagemapFile file = PagemapFile.read(map.getValue());
          FileChannel pages =
              FileChannel.open(
                  directory.resolve(PagemapFile.pagesName(file.pagesId())),
                  StandardOpenOption.READ);
          chain.files.add(pages);
          chain.add(map.getKey(), pages, file);
        }
      }
      base.forEach((process, map) -> chain.add(process, null, map));
      return chain;
    } catch (IOException | RuntimeException e) {
      chain.close();
      throw e;
    }
  }

  /**
   * Opens image directories that build upon what is open already, which this takes over.
   *
   * @param directories the newest first
   */
  public static PageChain open(List<Path> directories, PageChain older) throws IOException {
    PageChain chain;
    try {
      chain = open(directories);
    } catch (IOException | RuntimeException e) {
      older.close();
      throw e;
    }
    older.processes.forEach((process, layers) ->
        chain.processes.computeIfAbsent(process, p -> new ArrayList<>()).addAll(layers));
    chain.files.addAll(older.files);
    return chain;
  }

  private void add(long process, FileChannel pages, PagemapFile map) {
    Area[] areas = map.areas().toArray(Area[]::new);
    long[] offsets = new long[areas.length];
    long offset = 0;
    for (int i = 0; i < areas.length; i++) {
      offsets[i] = offset;
      offset += areas[i].is(PagemapFile.PRESENT) ? areas[i].pages() * PAGE_BYTES : 0;
    }
    processes
        .computeIfAbsent(process, p -> new ArrayList<>())
        .add(new Layer(pages, areas, offsets));
  }

  /**
   * Where pages that follow each other are, from the first on; fewer than asked for when the rest
   * is nowhere.
   *
   * @throws IOException when not even the first is there
   */
  public List<Piece> find(long process, long address, long pages) throws IOException {
    List<Layer> layers = processes.getOrDefault(process, List.of());
    List<Piece> pieces = new ArrayList<>();
    long at = address;
    long end = address + pages * PAGE_BYTES;
    while (at < end) {
      Piece piece = piece(layers, 0, at, end);
      if (piece == null) {
        break;
      }
      pieces.add(piece);
      at += piece.bytes();
    }
    if (pieces.isEmpty()) {
      throw new IOException("there is no page of process %d at %x".formatted(process, address));
    }
    return pieces;
  }

  private static Piece piece(List<Layer> layers, int number, long from, long end) {
    if (number == layers.size()) {
      return null;
    }
    Layer layer = layers.get(number);
    int found = layer.find(from);
    if (found < 0) {
      return null;
    }
    Area area = layer.areas()[found];
    long upTo = Math.min(end, area.end());
    if (area.is(PagemapFile.PRESENT)) {
      return new Piece(layer.pages(), layer.offsets()[found] + from - area.address(), upTo - from);
    }
    return area.is(PagemapFile.PARENT) ? piece(layers, number + 1, from, upTo) : null;
  }

  @Override
  public void close() {
    for (FileChannel file : files) {
      try {
        file.close();
      } catch (IOException e) {
        // It was only read.
        continue;
      }
    }
  }
}
