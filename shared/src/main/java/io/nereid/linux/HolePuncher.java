package io.nereid.linux;

import java.nio.file.Path;

/**
 * Gives parts of a file back to the file system; they read as zeros afterwards, everything else
 * stays where it was. One thread.
 */
public final class HolePuncher implements AutoCloseable {
  /** FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, linux/falloc.h. */
  private static final int PUNCH = 0x03;

  private static final int AT_FDCWD = -100;
  private final byte[] path;
  private final int fd;

  private HolePuncher(byte[] path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** Opens an existing file; a link in its place is refused. */
  public static HolePuncher open(Path file) throws ErrnoException {
    byte[] path = BeneathDir.bytes(file);
    return new HolePuncher(
        path, Libc.openBeneath(AT_FDCWD, path, Libc.O_RDWR | Libc.O_NOFOLLOW, 0, 0));
  }

  /** Whole blocks within the range become a hole; EOPNOTSUPP where a file system has none. */
  public void punch(long offset, long length) throws ErrnoException {
    Libc.fallocate(fd, path, PUNCH, offset, length);
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
