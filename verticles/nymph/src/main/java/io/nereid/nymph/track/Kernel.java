package io.nereid.nymph.track;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls that neither the JDK nor the C library of every distribution has, by their numbers
 * on x86-64, the only architecture on which tasks are injected into. For any number of threads.
 *
 * <p>Sources: syscall(2), ptrace(2), userfaultfd(2), the kernel's uapi headers.
 */
final class Kernel {
  static final long CLOSE = 3;
  static final long IOCTL = 16;
  static final long WAIT4 = 61;
  static final long PTRACE = 101;
  static final long USERFAULTFD = 323;
  static final long PIDFD_OPEN = 434;
  static final long PIDFD_GETFD = 438;

  /** No such process. */
  static final int ESRCH = 3;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));
  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"),
          Linker.Option.firstVariadicArg(1));
  private static final MethodHandle STRERROR =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("strerror"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
  private static final ThreadLocal<MemorySegment> STATES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Kernel() {}

  /** A call that failed. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1;
    private final int errno;

    Refused(String what, int errno) {
      super(what + ": " + text(errno));
      this.errno = errno;
    }

    int errno() {
      return errno;
    }
  }

  /** What a call returns, or its error as a negative number. */
  static long raw(long number, long a, long b, long c, long d) {
    MemorySegment state = STATES.get();
    try {
      long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, 0L);
      return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("system call " + number, e);
    }
  }

  /** The same, with an exception for an error. */
  static long call(String what, long number, long a, long b, long c, long d) throws Refused {
    long result = raw(number, a, b, c, d);
    if (result < 0) {
      throw new Refused(what, (int) -result);
    }
    return result;
  }

  static long ioctl(String what, int fd, long request, MemorySegment argument) throws Refused {
    return call(what, IOCTL, fd, request, argument.address(), 0);
  }

  /** Closes a descriptor that is open. */
  static void close(int fd) {
    raw(CLOSE, fd, 0, 0, 0);
  }

  /** Copies a descriptor of another process into this one. */
  static int descriptorOf(int process, int fd) throws Refused {
    int pidfd = (int) call("pidfd_open", PIDFD_OPEN, process, 0, 0, 0);
    try {
      return descriptorBy(pidfd, fd);
    } finally {
      close(pidfd);
    }
  }

  static int descriptorBy(int pidfd, int fd) throws Refused {
    return (int) call("pidfd_getfd", PIDFD_GETFD, pidfd, fd, 0, 0);
  }

  private static String text(int errno) {
    try {
      MemorySegment text = (MemorySegment) STRERROR.invokeExact(errno);
      return text.reinterpret(200).getString(0);
    } catch (Throwable e) {
      return "errno " + errno;
    }
  }
}
