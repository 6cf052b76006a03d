package io.nereid.nymph.track;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A task that was stopped by ptrace, and makes system calls of our choice until it goes on. All of
 * it must happen on one platform thread. A task that is killed meanwhile makes every method throw.
 *
 * <p>Between {@link #begin} and {@link #restore} its registers are not its own: whoever is killed
 * then leaves it broken. So nothing else happens between them, and in a program that does nothing
 * else.
 *
 * <p>Source: ptrace(2), in particular "Attaching and detaching".
 */
final class StoppedTask {
  private static final long CONT = 7;
  private static final long GETREGS = 12;
  private static final long SETREGS = 13;
  private static final long DETACH = 17;
  private static final long SYSCALL = 24;
  private static final long SEIZE = 0x4206;
  private static final long INTERRUPT = 0x4207;
  private static final long GETSIGMASK = 0x420a;
  private static final long SETSIGMASK = 0x420b;
  private static final long GET_RSEQ_CONFIGURATION = 0x420f;
  private static final int RSEQ_CONFIGURATION_BYTES = 24;
  private static final long O_TRACESYSGOOD = 1;
  private static final long O_SUSPEND_SECCOMP = 1 << 21;
  private static final long WNOHANG = 1;
  private static final long WALL = 0x40000000;
  private static final int EVENT_STOP = 128;
  private static final int SIGTRAP = 5;
  private static final int SYSCALL_STOP = SIGTRAP | 0x80;
  private static final int SIGNALS_BYTES = 8;
  private static final long POLL_NANOS = 20_000;

  /** Every stop that is not ours is let pass; a process can send itself signals without end. */
  private static final int STOPS_MAX = 1_000;

  private final int tid;
  private final MemorySegment buffer;
  private final MemorySegment status;
  private Registers own;
  private long mask;

  private StoppedTask(int tid, Arena arena) {
    this.tid = tid;
    this.buffer = arena.allocate(Registers.BYTES, 8);
    this.status = arena.allocate(JAVA_INT);
  }

  /** A task cannot be used; it goes on untouched. */
  static final class Unusable extends IOException {
    private static final long serialVersionUID = 1;

    Unusable(String why) {
      super(why);
    }
  }

  /** It did not stop in time. Only the end of this program makes the kernel forget about it. */
  static final class DoesNotStop extends IOException {
    private static final long serialVersionUID = 1;

    DoesNotStop() {
      super("a task did not stop in time");
    }
  }

  /**
   * Stops it.
   *
   * @param filtered whether it has a seccomp filter, which then must not see our calls
   */
  static StoppedTask stop(int tid, boolean filtered, Duration limit, Arena arena)
      throws IOException {
    StoppedTask task = new StoppedTask(tid, arena);
    long options = O_TRACESYSGOOD | (filtered ? O_SUSPEND_SECCOMP : 0);
    try {
      Kernel.call("ptrace seize", Kernel.PTRACE, SEIZE, tid, 0, options);
      task.ptrace("ptrace interrupt", INTERRUPT, 0, 0);
    } catch (Kernel.Refused e) {
      throw e.errno() == Kernel.ESRCH ? new Unusable("a task has ended") : e;
    }
    long until = System.nanoTime() + limit.toNanos();
    while (!task.stopped()) {
      if (System.nanoTime() > until) {
        throw new DoesNotStop();
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
    int signal = task.signal();
    if (task.event() != EVENT_STOP) {
      // It gets its signal; another time it may have none.
      task.ptrace("ptrace detach", DETACH, 0, signal);
      throw new Unusable("a task was about to handle a signal");
    }
    if (signal != SIGTRAP) {
      task.detach();
      throw new Unusable("it is stopped by a signal");
    }
    return task;
  }

  private long ptrace(String what, long request, long address, long data) throws IOException {
    return Kernel.call(what, Kernel.PTRACE, request, tid, address, data);
  }

  private boolean stopped() throws IOException {
    long found = Kernel.call("wait4", Kernel.WAIT4, tid, status.address(), WNOHANG | WALL, 0);
    if (found == 0) {
      return false;
    }
    if ((status.get(JAVA_INT, 0) & 0xff) != 0x7f) {
      throw new IOException("it has ended");
    }
    return true;
  }

  private int signal() {
    return (status.get(JAVA_INT, 0) >> 8) & 0xff;
  }

  private int event() {
    return status.get(JAVA_INT, 0) >> 16;
  }

  /** Its registers as they are. */
  Registers registers() throws IOException {
    ptrace("ptrace getregs", GETREGS, 0, buffer.address());
    return Registers.read(buffer);
  }

  private void set(Registers registers) throws IOException {
    registers.write(buffer);
    ptrace("ptrace setregs", SETREGS, 0, buffer.address());
  }

  /**
   * Where its area for restartable sequences is, 0 when it has none. In such a sequence the kernel
   * would have to see that it was interrupted, which it does not when it continues elsewhere first.
   */
  long restartable() throws IOException {
    buffer.fill((byte) 0);
    ptrace("ptrace get rseq", GET_RSEQ_CONFIGURATION, RSEQ_CONFIGURATION_BYTES, buffer.address());
    return buffer.get(JAVA_LONG, 0);
  }

  /** Takes its registers and its signals away from it, until {@link #restore}. */
  void begin() throws IOException {
    own = registers();
    ptrace("ptrace getsigmask", GETSIGMASK, SIGNALS_BYTES, buffer.address());
    mask = buffer.get(JAVA_LONG, 0);
    setMask(-1L);
  }

  private void setMask(long signals) throws IOException {
    buffer.set(JAVA_LONG, 0, signals);
    ptrace("ptrace setsigmask", SETSIGMASK, SIGNALS_BYTES, buffer.address());
  }

  /** Makes it call; returns the result, or the error as a negative number. */
  long call(long at, long number, long a, long b, long c) throws IOException {
    set(own.calling(at, number, a, b, c));
    resume(SYSCALL, true);
    resume(SYSCALL, true);
    return registers().result();
  }

  /**
   * Gives everything back and lets it go on. First it stops once more where the kernel looks for
   * signals: a call that was interrupted is then restarted, or ended by a signal that has come, by
   * the kernel's own rules.
   */
  void restore() throws IOException {
    ptrace("ptrace interrupt", INTERRUPT, 0, 0);
    resume(CONT, false);
    set(own.goingOn());
    setMask(mask);
    detach();
  }

  /** Lets it go on; it must have everything. */
  void detach() throws IOException {
    ptrace("ptrace detach", DETACH, 0, 0);
  }

  /** No limit: there is no way back without it. It may have been frozen, and is thawed some day. */
  private void resume(long request, boolean atCall) throws IOException {
    for (int i = 0; i < STOPS_MAX; i++) {
      ptrace("ptrace resume", request, 0, 0);
      while (!stopped()) {
        LockSupport.parkNanos(POLL_NANOS);
      }
      boolean there = atCall ? event() == 0 && signal() == SYSCALL_STOP : event() == EVENT_STOP;
      if (there) {
        return;
      }
    }
    throw new IOException("it stops again and again");
  }
}
