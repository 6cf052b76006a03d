package io.nereid.linux;

/**
 * What the kernel knows about a file; of a symbolic link, about the link itself.
 *
 * @param mode type and permission bits
 * @param mtimeSeconds since 1970, with mtimeNanos
 * @param device number of the file system
 * @param rdevMajor of a device node, with rdevMinor
 */
public record FileStatus(
    int mode,
    int uid,
    int gid,
    long size,
    long mtimeSeconds,
    int mtimeNanos,
    long ctimeSeconds,
    int ctimeNanos,
    long device,
    long inode,
    int links,
    int rdevMajor,
    int rdevMinor) {
  private static final int TYPE_MASK = 0170000;

  /** Permission bits with setuid, setgid and sticky. */
  public int permissions() {
    return mode & 07777;
  }

  /** A regular file. */
  public boolean isFile() {
    return (mode & TYPE_MASK) == 0100000;
  }

  /** A directory. */
  public boolean isDirectory() {
    return (mode & TYPE_MASK) == 0040000;
  }

  /** A symbolic link. */
  public boolean isSymlink() {
    return (mode & TYPE_MASK) == 0120000;
  }

  /** A character device. */
  public boolean isCharDevice() {
    return (mode & TYPE_MASK) == 0020000;
  }

  /** A block device. */
  public boolean isBlockDevice() {
    return (mode & TYPE_MASK) == 0060000;
  }

  /** A named pipe. */
  public boolean isFifo() {
    return (mode & TYPE_MASK) == 0010000;
  }

  /** A unix socket. */
  public boolean isSocket() {
    return (mode & TYPE_MASK) == 0140000;
  }
}
