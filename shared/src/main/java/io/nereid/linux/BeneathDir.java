package io.nereid.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * A directory whose content somebody else may control. Every name is a relative path of bytes and
 * is resolved by the kernel (openat2) without following a symbolic link, without {@code ..} and
 * without crossing a mount, whatever happens to the tree meanwhile.
 *
 * <p>One thread at a time, except {@link #openRead} and {@link #openWrite}, which any number of
 * threads may call until it is closed. Errors are {@link ErrnoException}s.
 */
public final class BeneathDir implements AutoCloseable {
  /** The longest path, without the final zero byte. */
  public static final int PATH_BYTES_MAX = 4095;

  private static final int DIRENTS_BYTES = 64 * 1024;
  private static final long RESOLVE =
      Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_XDEV;
  private static final byte[] SELF = {'.'};

  private final int root;
  private final String shown;
  private final ReadWriteLock use = new ReentrantReadWriteLock();
  private byte[] parentPath;
  private int parent = -1;
  private boolean closed;

  private BeneathDir(int root, String shown) {
    this.root = root;
    this.shown = shown;
  }

  /** Opens a directory; the path to it is trusted, but must not end in a symbolic link. */
  public static BeneathDir open(Path directory) throws ErrnoException {
    byte[] path = bytes(directory);
    int flags = Libc.O_PATH | Libc.O_DIRECTORY | Libc.O_NOFOLLOW;
    return new BeneathDir(Libc.openBeneath(Libc.AT_FDCWD, path, flags, 0, 0), directory.toString());
  }

  /** The directory itself or something in it; a link is not followed. */
  public FileStatus status(byte[] path) throws ErrnoException {
    return path.length == 0 ? Libc.stat(root, path) : Libc.stat(parentOf(path), nameOf(path));
  }

  /** Names in a directory, without {@code .} and {@code ..}, in the kernel's order. */
  public List<byte[]> list(byte[] path, int namesMax) throws IOException {
    List<byte[]> names = new ArrayList<>();
    int fd = openAt(path, Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(DIRENTS_BYTES, 8);
      for (int filled; (filled = Libc.getdents(fd, buffer)) > 0; ) {
        for (long at = 0; at < filled; ) {
          int length = Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, at + 16));
          byte[] name = name(buffer.asSlice(at + 19, length - 19L));
          at += length;
          if (!isDots(name)) {
            names.add(name);
          }
          if (names.size() > namesMax) {
            throw new IOException(
                shown + " has a directory with more than " + namesMax + " entries");
          }
        }
      }
    } finally {
      Libc.close(fd);
    }
    return names;
  }

  /** The target of a symbolic link. */
  public byte[] readLink(byte[] path) throws ErrnoException {
    return Libc.readlink(parentOf(path), nameOf(path), PATH_BYTES_MAX + 1);
  }

  /** Opens a regular file for reading; thread-safe. */
  public OpenFile openRead(byte[] path) throws IOException {
    return open(path, Libc.O_NOFOLLOW | Libc.O_NONBLOCK, StandardOpenOption.READ);
  }

  /** Opens an existing regular file for reading and writing; thread-safe. */
  public OpenFile openWrite(byte[] path) throws IOException {
    return open(
        path,
        Libc.O_RDWR | Libc.O_NOFOLLOW | Libc.O_NONBLOCK,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  /**
   * Where the next bytes of a regular file are that are not in a hole; its size when there are none
   * from here on. Thread-safe.
   */
  public long nextData(byte[] path, long offset) throws IOException {
    use.readLock().lock();
    try {
      if (closed) {
        throw new IOException(shown + " is closed");
      }
      int fd = openAt(path, Libc.O_NOFOLLOW | Libc.O_NONBLOCK);
      try {
        return Libc.nextData(fd, path, offset);
      } finally {
        Libc.close(fd);
      }
    } finally {
      use.readLock().unlock();
    }
  }

  /** Makes a file of zeros (a hole) that nobody else may read; fails when the name is taken. */
  public void createFile(byte[] path, long size) throws IOException {
    int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW;
    int fd = Libc.openBeneath(parentOf(path), nameOf(path), flags, 0600, RESOLVE);
    try {
      Libc.truncate(fd, path, size);
    } finally {
      Libc.close(fd);
    }
  }

  /** Makes a directory that nobody else may enter. */
  public void makeDirectory(byte[] path) throws ErrnoException {
    Libc.mkdir(parentOf(path), nameOf(path), 0700);
  }

  /** Makes a symbolic link; its target is just text. */
  public void makeSymlink(byte[] path, byte[] target) throws ErrnoException {
    Libc.symlink(target, parentOf(path), nameOf(path));
  }

  /** Makes another name for a file in the same tree. */
  public void makeHardLink(byte[] path, byte[] existing) throws ErrnoException {
    int from =
        Libc.openBeneath(root, dirname(existing), Libc.O_PATH | Libc.O_DIRECTORY, 0, RESOLVE);
    try {
      Libc.link(from, nameOf(existing), parentOf(path), nameOf(path));
    } finally {
      Libc.close(from);
    }
  }

  /** Makes a named pipe. */
  public void makeFifo(byte[] path) throws ErrnoException {
    Libc.mknod(parentOf(path), nameOf(path), Libc.S_IFIFO | 0600, 0);
  }

  /** Makes the character device 0:0, by which an overlay marks something as deleted. */
  public void makeWhiteout(byte[] path) throws ErrnoException {
    Libc.mknod(parentOf(path), nameOf(path), Libc.S_IFCHR | 0600, 0);
  }

  /** Makes a unix socket on which nobody listens. */
  public void makeSocket(byte[] path) throws ErrnoException {
    Libc.mknod(parentOf(path), nameOf(path), Libc.S_IFSOCK | 0600, 0);
  }

  /** Makes a device node that nobody else may open. */
  public void makeDevice(byte[] path, boolean block, int major, int minor) throws ErrnoException {
    int type = block ? Libc.S_IFBLK : Libc.S_IFCHR;
    Libc.mknod(parentOf(path), nameOf(path), type | 0600, Libc.device(major, minor));
  }

  /** Sets the owner, of a link itself if it is one. */
  public void setOwner(byte[] path, int uid, int gid) throws ErrnoException {
    if (path.length == 0) {
      Libc.chown(root, path, uid, gid);
    } else {
      Libc.chown(parentOf(path), nameOf(path), uid, gid);
    }
  }

  /** Sets permissions; not for symbolic links, which have none. */
  public void setPermissions(byte[] path, int permissions) throws ErrnoException {
    int fd = openAt(path, Libc.O_PATH | Libc.O_NOFOLLOW);
    try {
      Libc.chmod(procBytes(fd), permissions);
    } finally {
      Libc.close(fd);
    }
  }

  /** Sets the time of the last change (and of the last access), of a link itself if it is one. */
  public void setModified(byte[] path, long seconds, int nanos) throws ErrnoException {
    if (path.length == 0) {
      Libc.mtime(root, SELF, seconds, nanos);
    } else {
      Libc.mtime(parentOf(path), nameOf(path), seconds, nanos);
    }
  }

  /** Names of all extended attributes, of a link itself if it is one. */
  public List<String> attributeNames(byte[] path) throws ErrnoException {
    int fd = openAt(path, Libc.O_PATH | Libc.O_NOFOLLOW);
    try {
      byte[] all = Libc.listxattr(procBytes(fd), DIRENTS_BYTES);
      // Latin-1 keeps every byte as it is.
      String text = new String(all, StandardCharsets.ISO_8859_1);
      return text.isEmpty() ? List.of() : List.of(text.split("\0"));
    } catch (ErrnoException e) {
      if (e.errno() == ErrnoException.EOPNOTSUPP) {
        return List.of();
      }
      throw e;
    } finally {
      Libc.close(fd);
    }
  }

  /** The value of one extended attribute, at most 64 KiB as in the kernel. */
  public byte[] attribute(byte[] path, String name) throws ErrnoException {
    int fd = openAt(path, Libc.O_PATH | Libc.O_NOFOLLOW);
    try {
      byte[] raw = name.getBytes(StandardCharsets.ISO_8859_1);
      return Libc.getxattr(procBytes(fd), raw, DIRENTS_BYTES);
    } finally {
      Libc.close(fd);
    }
  }

  /** Sets one extended attribute. */
  public void setAttribute(byte[] path, String name, byte[] value) throws ErrnoException {
    int fd = openAt(path, Libc.O_PATH | Libc.O_NOFOLLOW);
    try {
      Libc.setxattr(procBytes(fd), name.getBytes(StandardCharsets.ISO_8859_1), value);
    } finally {
      Libc.close(fd);
    }
  }

  /** Moves a file from here to a place in another directory of the same file system. */
  public void moveTo(byte[] path, BeneathDir other, byte[] to) throws ErrnoException {
    Libc.rename(parentOf(path), nameOf(path), other.parentOf(to), nameOf(to));
  }

  /** Removes anything but a directory. */
  public void removeFile(byte[] path) throws ErrnoException {
    Libc.unlink(parentOf(path), nameOf(path), 0);
  }

  /** Removes an empty directory. */
  public void removeDirectory(byte[] path) throws ErrnoException {
    Libc.unlink(parentOf(path), nameOf(path), Libc.AT_REMOVEDIR);
  }

  /** Writes everything of this file system to the disk; may take long. */
  public void syncFileSystem() throws ErrnoException {
    int fd = openAt(SELF, Libc.O_DIRECTORY);
    try {
      Libc.syncfs(fd, SELF);
    } finally {
      Libc.close(fd);
    }
  }

  @Override
  public void close() {
    use.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        if (parent >= 0) {
          Libc.close(parent);
        }
        Libc.close(root);
      }
    } finally {
      use.writeLock().unlock();
    }
  }

  private int openAt(byte[] path, int flags) throws ErrnoException {
    byte[] p = path.length == 0 ? SELF : path;
    return Libc.openBeneath(root, p, flags, 0, RESOLVE);
  }

  /** A regular file and what was known about it when it was opened. */
  public record OpenFile(FileChannel channel, FileStatus status) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private OpenFile open(byte[] path, int flags, OpenOption... options) throws IOException {
    // A number of a closed descriptor may mean another directory by now.
    use.readLock().lock();
    try {
      if (closed) {
        throw new IOException(shown + " is closed");
      }
      return openNow(path, flags, options);
    } finally {
      use.readLock().unlock();
    }
  }

  private OpenFile openNow(byte[] path, int flags, OpenOption... options) throws IOException {
    int fd = openAt(path, flags);
    try {
      FileStatus status = Libc.stat(fd, new byte[0]);
      if (!status.isFile()) {
        throw new IOException(
            new String(path, StandardCharsets.UTF_8) + " is not a regular file any more");
      }
      return new OpenFile(FileChannel.open(proc(fd), options), status);
    } finally {
      Libc.close(fd);
    }
  }

  private int parentOf(byte[] path) throws ErrnoException {
    byte[] directory = dirname(path);
    if (parent < 0 || !Arrays.equals(directory, parentPath)) {
      int fd = Libc.openBeneath(root, directory, Libc.O_PATH | Libc.O_DIRECTORY, 0, RESOLVE);
      if (parent >= 0) {
        Libc.close(parent);
      }
      parent = fd;
      parentPath = directory;
    }
    return parent;
  }

  private static byte[] dirname(byte[] path) {
    int slash = lastSlash(path);
    return slash < 0 ? SELF : Arrays.copyOf(path, slash);
  }

  private static byte[] nameOf(byte[] path) {
    return Arrays.copyOfRange(path, lastSlash(path) + 1, path.length);
  }

  private static int lastSlash(byte[] path) {
    int i = path.length - 1;
    while (i >= 0 && path[i] != '/') {
      i--;
    }
    return i;
  }

  private static byte[] name(MemorySegment field) {
    int length = 0;
    while (field.get(ValueLayout.JAVA_BYTE, length) != 0) {
      length++;
    }
    return field.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  private static boolean isDots(byte[] name) {
    return (name.length == 1 && name[0] == '.')
        || (name.length == 2 && name[0] == '.' && name[1] == '.');
  }

  private static Path proc(int fd) {
    return Path.of("/proc/self/fd/" + fd);
  }

  private static byte[] procBytes(int fd) {
    return ("/proc/self/fd/" + fd).getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] bytes(Path path) {
    return path.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8);
  }
}
