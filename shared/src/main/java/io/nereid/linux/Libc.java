package io.nereid.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;

/**
 * Calls into libc. Each returns what the call returned and throws {@link ErrnoException} when that
 * is negative. Numbers and layouts are those that all Linux architectures of 64 bits share
 * (linux/openat2.h, linux/stat.h, dirent.h).
 */
final class Libc {
  static final int AT_FDCWD = -100;
  static final int AT_SYMLINK_NOFOLLOW = 0x100;
  static final int AT_EMPTY_PATH = 0x1000;
  static final int AT_REMOVEDIR = 0x200;
  static final int SEEK_DATA = 3;
  static final int O_PATH = 010000000;
  static final int O_CLOEXEC = 02000000;
  static final int O_DIRECTORY = 0200000;
  static final int O_NOFOLLOW = 0400000;
  static final int O_NONBLOCK = 04000;
  static final int O_RDWR = 02;
  static final int O_CREAT = 0100;
  static final int O_EXCL = 0200;
  static final long RESOLVE_NO_XDEV = 1;
  static final long RESOLVE_NO_SYMLINKS = 4;
  static final long RESOLVE_BENEATH = 8;
  static final int S_IFCHR = 0020000;
  static final int S_IFIFO = 0010000;
  static final int S_IFBLK = 0060000;
  static final int S_IFSOCK = 0140000;

  private static final long SYS_OPENAT2 = 437;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO_FIELD =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LOOKUP.findOrThrow("syscall"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG),
          ERRNO,
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle CLOSE = ints("close", JAVA_INT);
  private static final MethodHandle SYNCFS = ints("syncfs", JAVA_INT);
  private static final MethodHandle FTRUNCATE = ints("ftruncate", JAVA_INT, JAVA_LONG);
  private static final MethodHandle FALLOCATE =
      ints("fallocate", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final MethodHandle LSEEK = longs("lseek", JAVA_INT, JAVA_LONG, JAVA_INT);
  private static final MethodHandle STATX =
      ints("statx", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS);
  private static final MethodHandle GETDENTS = longs("getdents64", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final MethodHandle MKDIRAT = ints("mkdirat", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SYMLINKAT = ints("symlinkat", ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle LINKAT =
      ints("linkat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle RENAMEAT =
      ints("renameat", JAVA_INT, ADDRESS, JAVA_INT, ADDRESS);
  private static final MethodHandle UNLINKAT = ints("unlinkat", JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle MKNODAT =
      ints("mknodat", JAVA_INT, ADDRESS, JAVA_INT, JAVA_LONG);
  private static final MethodHandle READLINKAT =
      longs("readlinkat", JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle FCHOWNAT =
      ints("fchownat", JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT);
  private static final MethodHandle CHMOD = ints("chmod", ADDRESS, JAVA_INT);
  private static final MethodHandle UTIMENSAT =
      ints("utimensat", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final MethodHandle LISTXATTR = longs("listxattr", ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle GETXATTR =
      longs("getxattr", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG);
  private static final MethodHandle SETXATTR =
      ints("setxattr", ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT);

  private Libc() {}

  private static MethodHandle ints(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LOOKUP.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments), ERRNO);
  }

  private static MethodHandle longs(String name, MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LOOKUP.findOrThrow(name), FunctionDescriptor.of(JAVA_LONG, arguments), ERRNO);
  }

  @FunctionalInterface
  private interface Call {
    long invoke(MemorySegment state) throws Throwable;
  }

  private static long check(Arena arena, String name, byte[] path, Call call)
      throws ErrnoException {
    MemorySegment state = arena.allocate(STATE);
    long result;
    try {
      result = call.invoke(state);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
    if (result < 0) {
      int errno = (int) ERRNO_FIELD.get(state, 0L);
      throw new ErrnoException(name, shown(path), errno, Errno.text(errno));
    }
    return result;
  }

  private static String shown(byte[] path) {
    return new String(path, StandardCharsets.UTF_8).replaceAll("\\p{Cntrl}", "?");
  }

  private static MemorySegment text(Arena arena, byte[] bytes) {
    MemorySegment c = arena.allocate(bytes.length + 1L);
    MemorySegment.copy(bytes, 0, c, JAVA_BYTE, 0, bytes.length);
    return c;
  }

  /** Opens below a directory without following any link. */
  static int openBeneath(int dir, byte[] path, int flags, int mode, long resolve)
      throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment how = a.allocate(24, 8);
      how.set(JAVA_LONG, 0, (flags | O_CLOEXEC) & 0xffffffffL);
      how.set(JAVA_LONG, 8, mode);
      how.set(JAVA_LONG, 16, resolve);
      MemorySegment p = text(a, path);
      return (int)
          check(a, "open", path, s -> (long) SYSCALL.invokeExact(s, SYS_OPENAT2, dir, p, how, 24L));
    }
  }

  static void close(int fd) {
    try (Arena a = Arena.ofConfined()) {
      check(a, "close", new byte[0], s -> (int) CLOSE.invokeExact(s, fd));
    } catch (ErrnoException e) {
      throw new IllegalStateException("descriptor " + fd + " closed twice", e);
    }
  }

  static void syncfs(int fd, byte[] path) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      check(a, "syncfs", path, s -> (int) SYNCFS.invokeExact(s, fd));
    }
  }

  static void truncate(int fd, byte[] path, long size) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      check(a, "ftruncate", path, s -> (int) FTRUNCATE.invokeExact(s, fd, size));
    }
  }

  static void fallocate(int fd, byte[] path, int mode, long offset, long length)
      throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      check(a, "fallocate", path, s -> (int) FALLOCATE.invokeExact(s, fd, mode, offset, length));
    }
  }

  /** As the C library puts both numbers into one. */
  static long device(int major, int minor) {
    long a = Integer.toUnsignedLong(major);
    long i = Integer.toUnsignedLong(minor);
    return ((a & 0xfffff000L) << 32)
        | ((a & 0xfffL) << 8)
        | ((i & 0xffffff00L) << 12)
        | (i & 0xffL);
  }

  /** The next place from here on that is not in a hole; the end when there is none. */
  static long nextData(int fd, byte[] path, long offset) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      return check(a, "lseek", path, s -> (long) LSEEK.invokeExact(s, fd, offset, SEEK_DATA));
    } catch (ErrnoException e) {
      if (e.errno() != ErrnoException.ENXIO) {
        throw e;
      }
      return stat(fd, new byte[0]).size();
    }
  }

  static FileStatus stat(int dir, byte[] path) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment b = a.allocate(256, 8);
      MemorySegment p = text(a, path);
      int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
      check(a, "stat", path, s -> (int) STATX.invokeExact(s, dir, p, flags, 0x7ff, b));
      return new FileStatus(
          Short.toUnsignedInt(b.get(java.lang.foreign.ValueLayout.JAVA_SHORT, 28)),
          b.get(JAVA_INT, 20),
          b.get(JAVA_INT, 24),
          b.get(JAVA_LONG, 40),
          b.get(JAVA_LONG, 112),
          b.get(JAVA_INT, 120),
          b.get(JAVA_LONG, 96),
          b.get(JAVA_INT, 104),
          ((long) b.get(JAVA_INT, 136) << 32) | b.get(JAVA_INT, 140),
          b.get(JAVA_LONG, 32),
          b.get(JAVA_INT, 16),
          b.get(JAVA_INT, 128),
          b.get(JAVA_INT, 132));
    }
  }

  /** Fills the buffer with directory records; 0 at the end. */
  static int getdents(int fd, MemorySegment buffer) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      return (int)
          check(
              a,
              "getdents",
              new byte[0],
              s -> (long) GETDENTS.invokeExact(s, fd, buffer, buffer.byteSize()));
    }
  }

  static void mkdir(int dir, byte[] name, int mode) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment n = text(a, name);
      check(a, "mkdir", name, s -> (int) MKDIRAT.invokeExact(s, dir, n, mode));
    }
  }

  static void symlink(byte[] target, int dir, byte[] name) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment t = text(a, target);
      MemorySegment n = text(a, name);
      check(a, "symlink", name, s -> (int) SYMLINKAT.invokeExact(s, t, dir, n));
    }
  }

  static void link(int fromDir, byte[] from, int toDir, byte[] to) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment f = text(a, from);
      MemorySegment t = text(a, to);
      check(a, "link", to, s -> (int) LINKAT.invokeExact(s, fromDir, f, toDir, t, 0));
    }
  }

  static void rename(int fromDir, byte[] from, int toDir, byte[] to) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment f = text(a, from);
      MemorySegment t = text(a, to);
      check(a, "rename", from, s -> (int) RENAMEAT.invokeExact(s, fromDir, f, toDir, t));
    }
  }

  static void unlink(int dir, byte[] name, int flags) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment n = text(a, name);
      check(a, "unlink", name, s -> (int) UNLINKAT.invokeExact(s, dir, n, flags));
    }
  }

  static void mknod(int dir, byte[] name, int mode, long device) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment n = text(a, name);
      check(a, "mknod", name, s -> (int) MKNODAT.invokeExact(s, dir, n, mode, device));
    }
  }

  static byte[] readlink(int dir, byte[] name, int bytesMax) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment n = text(a, name);
      MemorySegment out = a.allocate(bytesMax);
      long length =
          check(
              a,
              "readlink",
              name,
              s -> (long) READLINKAT.invokeExact(s, dir, n, out, (long) bytesMax));
      return out.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  static void chown(int dir, byte[] name, int uid, int gid) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment n = text(a, name);
      int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
      check(a, "chown", name, s -> (int) FCHOWNAT.invokeExact(s, dir, n, uid, gid, flags));
    }
  }

  static void chmod(byte[] path, int mode) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment p = text(a, path);
      check(a, "chmod", path, s -> (int) CHMOD.invokeExact(s, p, mode));
    }
  }

  static void mtime(int dir, byte[] name, long seconds, int nanos) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment n = text(a, name);
      MemorySegment times = a.allocate(32, 8);
      times.set(JAVA_LONG, 0, seconds);
      times.set(JAVA_LONG, 8, nanos);
      times.set(JAVA_LONG, 16, seconds);
      times.set(JAVA_LONG, 24, nanos);
      check(
          a,
          "utimensat",
          name,
          s -> (int) UTIMENSAT.invokeExact(s, dir, n, times, AT_SYMLINK_NOFOLLOW));
    }
  }

  /** Names, each ended by a zero byte. */
  static byte[] listxattr(byte[] path, int bytesMax) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment p = text(a, path);
      MemorySegment out = a.allocate(bytesMax);
      long length =
          check(
              a, "listxattr", path, s -> (long) LISTXATTR.invokeExact(s, p, out, (long) bytesMax));
      return out.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  static byte[] getxattr(byte[] path, byte[] name, int bytesMax) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment p = text(a, path);
      MemorySegment n = text(a, name);
      MemorySegment out = a.allocate(bytesMax);
      long length =
          check(
              a, "getxattr", path, s -> (long) GETXATTR.invokeExact(s, p, n, out, (long) bytesMax));
      return out.asSlice(0, length).toArray(JAVA_BYTE);
    }
  }

  static void setxattr(byte[] path, byte[] name, byte[] value) throws ErrnoException {
    try (Arena a = Arena.ofConfined()) {
      MemorySegment p = text(a, path);
      MemorySegment n = text(a, name);
      MemorySegment v = a.allocate(Math.max(1, value.length));
      MemorySegment.copy(value, 0, v, JAVA_BYTE, 0, value.length);
      check(
          a, "setxattr", path, s -> (int) SETXATTR.invokeExact(s, p, n, v, (long) value.length, 0));
    }
  }
}
