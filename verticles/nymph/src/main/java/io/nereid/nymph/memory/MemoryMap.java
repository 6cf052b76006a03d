package io.nereid.nymph.memory;

import java.util.ArrayList;
import java.util.List;

/**
 * The parts of a process's address space whose content a checkpoint carries in its page images.
 *
 * <p>Source of the format: proc_pid_maps(5).
 */
public final class MemoryMap {
  /** More mappings than this are not read: a hostile process can make as many as it likes. */
  static final int AREAS_MAX = 65_536;

  private MemoryMap() {}

  /** One area, addresses in bytes, the end not included. */
  public record Area(long start, long end) {
    /** Length in bytes. */
    public long bytes() {
      return end - start;
    }
  }

  /**
   * Picks the areas out of the text of {@code /proc/PID/maps}: readable, private and writable, so
   * that their content cannot be had from a file. Special mappings of the kernel are left out.
   */
  public static List<Area> privateAreas(List<String> lines) {
    List<Area> areas = new ArrayList<>();
    for (String line : lines) {
      if (areas.size() == AREAS_MAX) {
        break;
      }
      int dash = line.indexOf('-');
      int space = line.indexOf(' ');
      if (dash <= 0 || space < dash || line.length() < space + 5) {
        continue;
      }
      String permissions = line.substring(space + 1, space + 5);
      boolean wanted =
          permissions.charAt(0) == 'r'
              && permissions.charAt(1) == 'w'
              && permissions.charAt(3) == 'p'
              && !line.endsWith("[vvar]")
              && !line.endsWith("[vsyscall]");
      if (!wanted) {
        continue;
      }
      try {
        long start = Long.parseUnsignedLong(line.substring(0, dash), 16);
        long end = Long.parseUnsignedLong(line.substring(dash + 1, space), 16);
        if (start >= 0 && end > start) {
          areas.add(new Area(start, end));
        }
      } catch (NumberFormatException e) {
        // The kernel does not write such a line; one that it did would only cost us this area.
        continue;
      }
    }
    return areas;
  }
}
