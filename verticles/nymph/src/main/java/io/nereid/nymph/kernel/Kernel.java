package io.nereid.nymph.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.nereid.linux.Errno;
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
 * on x86-64; on other architectures, nothing of it may be called. For any number of threads.
 *
 * <p>Sources: syscall(2), ptrace(2), userfaultfd(2), the kernel's uapi headers.
 */
public final class Kernel {
  /** Numbers of calls. */
  public static final long CLOSE = 3;

  public static final long IOCTL = 16;
  public static final long SENDTO = 44;
  public static final long RECVFROM = 45;
  public static final long WAIT4 = 61;
  public static final long PTRACE = 101;
  public static final long USERFAULTFD = 323;
  public static final long PIDFD_OPEN = 434;
  public static final long PIDFD_GETFD = 438;

  /** Nothing there yet. */
  public static final int EAGAIN = 11;

  /** No such process. */
  public static final int ESRCH = 3;

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
  private static final ThreadLocal<MemorySegment> STATES =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Kernel() {}

  /** Whether this is the architecture. */
  public static boolean isUsable() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") || arch.equals("x86_64");
  }

  /** A call that failed. */
  public static final class Refused extends IOException {
    private static final long serialVersionUID = 1;
    private final int errno;

    /** Of a call by its name. */
    public Refused(String what, int errno) {
      super(what + ": " + Errno.text(errno));
      this.errno = errno;
    }

    /** Its number. */
    public int errno() {
      return errno;
    }
  }

  /** What a call returns, or its error as a negative number. */
  public static long raw(long number, long a, long b, long c, long d) {
    return raw(number, a, b, c, d, 0);
  }

  /** The same with one more argument. */
  public static long raw(long number, long a, long b, long c, long d, long e) {
    MemorySegment state = STATES.get();
    try {
      long result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e);
      return result == -1 ? -(int) ERRNO.get(state, 0L) : result;
    } catch (RuntimeException | Error thrown) {
      throw thrown;
    } catch (Throwable thrown) {
      throw new IllegalStateException("system call " + number, thrown);
    }
  }

  /** The same, with an exception for an error. */
  public static long call(String what, long number, long a, long b, long c, long d) throws Refused {
    long result = raw(number, a, b, c, d);
    if (result < 0) {
      throw new Refused(what, (int) -result);
    }
    return result;
  }

  /** An ioctl(2) with a pointer. */
  public static long ioctl(String what, int fd, long request, MemorySegment argument)
      throws Refused {
    return call(what, IOCTL, fd, request, argument.address(), 0);
  }

  /** Closes a descriptor that is open. */
  public static void close(int fd) {
    raw(CLOSE, fd, 0, 0, 0);
  }

  /** Copies a descriptor of another process into this one. */
  public static int descriptorOf(int process, int fd) throws Refused {
    int pidfd = (int) call("pidfd_open", PIDFD_OPEN, process, 0, 0, 0);
    try {
      return descriptorBy(pidfd, fd);
    } finally {
      close(pidfd);
    }
  }

  /** Copies a descriptor of the process of a pidfd. */
  public static int descriptorBy(int pidfd, int fd) throws Refused {
    return (int) call("pidfd_getfd", PIDFD_GETFD, pidfd, fd, 0, 0);
  }
}
