package io.nereid.nymph.preflight;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One open file of a process, looked at without opening anything.
 *
 * @param link what the kernel says that it is: a path, or a kind with a number
 * @param mount number of the mount it was opened on; -1 when not told
 * @param locks lines about locks that are held through it
 */
record Descriptor(long pid, int number, String link, long mount, java.util.List<String> locks) {
  private static final int LOCKS_MAX = 100;
  private static final String LOCK = "lock:";

  static Optional<Descriptor> read(ProcFiles proc, long pid, int number) {
    Optional<String> link = proc.link(pid, "fd/" + number);
    if (link.isEmpty()) {
      return Optional.empty();
    }
    String info = proc.text(pid, "fdinfo/" + number);
    return Optional.of(
        new Descriptor(
            pid,
            number,
            link.get(),
            ProcFiles.number(ProcFiles.field(info, "mnt_id:"), -1),
            info.lines().filter(l -> l.startsWith(LOCK)).limit(LOCKS_MAX).toList()));
  }

  boolean isPath() {
    return link.startsWith("/");
  }

  /** The kernel's link to the open file itself. */
  Path path(ProcFiles proc) {
    return proc.process(pid).resolve("fd").resolve(Integer.toString(number));
  }

  /** What the file itself is. The link is followed by the kernel to the open file, to no path. */
  Optional<Status> status(ProcFiles proc) {
    try {
      Map<String, Object> all =
          Files.readAttributes(path(proc), "unix:mode,nlink,size,rdev,dev,ino");
      return Optional.of(
          new Status(
              ((Number) all.get("mode")).intValue(),
              ((Number) all.get("nlink")).longValue(),
              ((Number) all.get("size")).longValue(),
              ((Number) all.get("rdev")).longValue(),
              ((Number) all.get("dev")).longValue(),
              ((Number) all.get("ino")).longValue()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /**
   * Of stat(2).
   *
   * @param node the device that the file is, if it is one
   * @param device the file system that it is on
   */
  record Status(int mode, long links, long size, long node, long device, long inode) {
    private static final int TYPE = 0170000;

    boolean isFile() {
      return (mode & TYPE) == 0100000;
    }

    boolean isCharDevice() {
      return (mode & TYPE) == 0020000;
    }

    boolean isBlockDevice() {
      return (mode & TYPE) == 0060000;
    }

    /** As the C library encodes it. */
    int major() {
      return (int) ((node >>> 8 & 0xfff) | (node >>> 32 & ~0xfffL));
    }

    int minor() {
      return (int) ((node & 0xff) | (node >>> 12 & ~0xffL));
    }
  }
}
