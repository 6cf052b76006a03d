package io.nereid.nymph.exec;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The system calls around a pseudo terminal, of the C library. See pts(4) and tty_ioctl(4). */
final class PtyCalls {
  static final int EINTR = 4;
  static final int EIO = 5;
  private static final int O_RDWR = 2;
  private static final int O_NOCTTY = 0x100;
  private static final int O_CLOEXEC = 0x80000;
  private static final long TIOCSWINSZ = 0x5414;
  private static final int NAME_BYTES = 128;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
  private static final MethodHandle OPENPT =
      call("posix_openpt", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle UNLOCKPT =
      call("unlockpt", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle PTSNAME =
      call(
          "ptsname_r",
          ValueLayout.JAVA_INT,
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle READ =
      call(
          "read",
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle WRITE =
      call(
          "write",
          ValueLayout.JAVA_LONG,
          ValueLayout.JAVA_INT,
          ValueLayout.ADDRESS,
          ValueLayout.JAVA_LONG);
  private static final MethodHandle CLOSE =
      call("close", ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
  private static final MethodHandle IOCTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("ioctl"),
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.ADDRESS),
          Linker.Option.firstVariadicArg(2));

  private PtyCalls() {}

  private static MethodHandle call(
      String name, ValueLayout result, java.lang.foreign.MemoryLayout... arguments) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(result, arguments),
        Linker.Option.captureCallState("errno"));
  }

  /** The result of a call and the error number when it is -1. */
  record Result(long value, int errno) {}

  private interface Body {
    Object run(MemorySegment state) throws Throwable;
  }

  private static Result invoke(Body body) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(ERRNO_LAYOUT);
      long value = ((Number) body.run(state)).longValue();
      return new Result(value, (int) ERRNO.get(state, 0L));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static Result open() {
    return invoke(state -> (int) OPENPT.invokeExact(state, O_RDWR | O_NOCTTY | O_CLOEXEC));
  }

  static Result unlock(int fd) {
    return invoke(state -> (int) UNLOCKPT.invokeExact(state, fd));
  }

  static String name(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(NAME_BYTES);
      Result result =
          invoke(state -> (int) PTSNAME.invokeExact(state, fd, name, (long) NAME_BYTES));
      if (result.value() != 0) {
        throw new IllegalStateException("a terminal without a name");
      }
      return name.getString(0);
    }
  }

  static void resize(int fd, int columns, int rows) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment size = arena.allocate(ValueLayout.JAVA_SHORT, 4);
      size.setAtIndex(ValueLayout.JAVA_SHORT, 0, (short) rows);
      size.setAtIndex(ValueLayout.JAVA_SHORT, 1, (short) columns);
      int done = (int) IOCTL.invokeExact(fd, TIOCSWINSZ, size);
      if (done != 0) {
        throw new IllegalStateException("the terminal takes no size of " + columns + "x" + rows);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  static Result read(int fd, MemorySegment buffer) {
    return invoke(state -> (long) READ.invokeExact(state, fd, buffer, buffer.byteSize()));
  }

  static Result write(int fd, MemorySegment bytes) {
    return invoke(state -> (long) WRITE.invokeExact(state, fd, bytes, bytes.byteSize()));
  }

  static void close(int fd) {
    Result ignored = invoke(state -> (int) CLOSE.invokeExact(state, fd));
    if (ignored.value() != 0) {
      throw new IllegalStateException("closing a terminal failed: error " + ignored.errno());
    }
  }
}
