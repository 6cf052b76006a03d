package io.nereid.nymph.track;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Operations on a userfaultfd whose faults the kernel resolves itself: it only notes which pages
 * were written. When the last copy of the descriptor is closed, and so when its holder dies,
 * nothing of it is left in the process.
 *
 * <p>Source: ioctl_userfaultfd(2), the kernel's linux/userfaultfd.h and admin-guide/mm/userfaultfd.
 */
final class Userfault {
  private static final long API = 0xc018aa3fL;
  private static final long REGISTER = 0xc020aa00L;
  private static final long VERSION = 0xaa;

  /** WP_UNPOPULATED and WP_ASYNC. */
  private static final long FEATURES = 1 << 13 | 1 << 15;

  private static final long MODE_WP = 2;

  /** How the kernel names one; no file can be called so. */
  private static final String NAME = "anon_inode:[userfaultfd]";

  private Userfault() {}

  /**
   * Returns a descriptor that is one, and closes any other: the process from which it was copied
   * may have put something else in its place.
   *
   * @throws IOException when it is something else
   */
  static int require(int fd) throws IOException {
    String name;
    try {
      name = Files.readSymbolicLink(Path.of("/proc/self/fd", Integer.toString(fd))).toString();
    } catch (IOException | RuntimeException e) {
      Kernel.close(fd);
      throw new IOException("what it made cannot be told to be a userfaultfd", e);
    }
    if (!name.equals(NAME)) {
      Kernel.close(fd);
      throw new IOException("it has put something else in the place of its userfaultfd");
    }
    return fd;
  }

  /** Agrees on what it is to do; fails where the kernel cannot. */
  static void begin(int fd) throws Kernel.Refused {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment api = arena.allocate(24, 8);
      api.set(JAVA_LONG, 0, VERSION);
      api.set(JAVA_LONG, 8, FEATURES);
      Kernel.ioctl("userfaultfd api", fd, API, api);
    }
  }

  /** Notes writes to a range from now on; does nothing where that is done already. */
  static boolean register(int fd, long start, long end, MemorySegment buffer) {
    buffer.set(JAVA_LONG, 0, start);
    buffer.set(JAVA_LONG, 8, end - start);
    buffer.set(JAVA_LONG, 16, MODE_WP);
    buffer.set(JAVA_LONG, 24, 0);
    return Kernel.raw(Kernel.IOCTL, fd, REGISTER, buffer.address(), 0) == 0;
  }
}
