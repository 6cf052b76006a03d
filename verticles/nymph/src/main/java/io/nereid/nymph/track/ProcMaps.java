package io.nereid.nymph.track;

import java.util.ArrayList;
import java.util.List;

/**
 * The areas of a process in which writes can be noted completely. Source of the format:
 * proc_pid_maps(5).
 *
 * @param anonymous private, writable and of no file: a page that comes back after it was dropped is
 *     a new one. Of a file it would be the file's, and the kernel would still call it unchanged
 * @param aio whether the kernel may write into the process whenever it likes (io_setup(2))
 */
record ProcMaps(List<Area> anonymous, boolean aio) {
  /** Hostile processes can make as many as they like. */
  private static final int AREAS_MAX = 65_536;

  /** Addresses; the end is not part of it. */
  record Area(long start, long end) {}

  static ProcMaps of(List<String> lines) {
    List<Area> areas = new ArrayList<>();
    boolean aio = false;
    for (String line : lines) {
      String[] words = line.split("\\s+", 6);
      if (words.length < 5) {
        continue;
      }
      String name = words.length == 6 ? words[5] : "";
      aio |= name.startsWith("/[aio]");
      boolean wanted =
          words[1].startsWith("rw")
              && words[1].endsWith("p")
              && words[4].equals("0")
              && !name.equals("[vvar]")
              && !name.equals("[vsyscall]");
      if (wanted && areas.size() < AREAS_MAX) {
        area(words[0]).ifPresent(areas::add);
      }
    }
    return new ProcMaps(areas, aio);
  }

  private static java.util.Optional<Area> area(String range) {
    try {
      int dash = range.indexOf('-');
      long start = Long.parseUnsignedLong(range.substring(0, Math.max(0, dash)), 16);
      long end = Long.parseUnsignedLong(range.substring(dash + 1), 16);
      return start >= 0 && end > start
          ? java.util.Optional.of(new Area(start, end))
          : java.util.Optional.empty();
    } catch (NumberFormatException e) {
      return java.util.Optional.empty();
    }
  }
}
