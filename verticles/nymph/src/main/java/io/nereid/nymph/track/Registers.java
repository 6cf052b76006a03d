package io.nereid.nymph.track;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;

/**
 * The registers of a stopped task of x86-64. Immutable.
 *
 * <p>Source of the layout: struct user_regs_struct in the kernel's asm/user_64.h; of what the
 * kernel does with them on the way back: arch_do_signal_or_restart, signal(7).
 */
final class Registers {
  /** Length of what the kernel fills in. */
  static final int BYTES = 27 * Long.BYTES;

  private static final int R10 = 7;
  private static final int RAX = 10;
  private static final int RDX = 12;
  private static final int RSI = 13;
  private static final int RDI = 14;
  private static final int ORIG_RAX = 15;
  private static final int RIP = 16;
  private static final int CS = 17;

  private static final long CS_64 = 0x33;
  private static final long EINTR = -4;
  private static final long ERESTARTNOHAND = -514;
  private static final long EPOLL_WAIT = 232;
  private static final long EPOLL_PWAIT = 281;

  private final long[] values;

  private Registers(long[] values) {
    this.values = values;
  }

  static Registers read(MemorySegment from) {
    return new Registers(from.asSlice(0, BYTES).toArray(JAVA_LONG));
  }

  void write(MemorySegment into) {
    MemorySegment.copy(values, 0, into, JAVA_LONG, 0, values.length);
  }

  /** Whether it executes code of 64 bits; others have other system calls. */
  boolean isNative() {
    return values[CS] == CS_64;
  }

  /** Whether it was stopped in its own code, not in a system call. */
  boolean isInItsCode() {
    return values[ORIG_RAX] == -1;
  }

  long instruction() {
    return values[RIP];
  }

  /** What a system call has returned. */
  long result() {
    return values[RAX];
  }

  /**
   * With which it makes a system call next. It is marked as being in none, so that the kernel does
   * not restart the one that was interrupted: that is done when these are there again.
   *
   * @param at the address of a {@code syscall} instruction
   */
  Registers calling(long at, long number, long a, long b, long c) {
    long[] changed = values.clone();
    changed[RIP] = at;
    changed[RAX] = number;
    changed[RDI] = a;
    changed[RSI] = b;
    changed[RDX] = c;
    changed[ORIG_RAX] = -1;
    return new Registers(changed);
  }

  /**
   * With which it goes on as if nothing had been. The kernel itself restarts nearly every call that
   * was interrupted by nothing but us; for epoll_wait it does not. Waiting for ever may begin anew,
   * unless a handler of a signal runs first. Waiting with a time limit may not: it would take
   * longer. That returns EINTR, as it does whenever a process is frozen.
   */
  Registers goingOn() {
    boolean waitsForEver =
        (values[ORIG_RAX] == EPOLL_WAIT || values[ORIG_RAX] == EPOLL_PWAIT)
            && (int) values[R10] == -1;
    if (!waitsForEver || values[RAX] != EINTR) {
      return this;
    }
    long[] changed = values.clone();
    changed[RAX] = ERESTARTNOHAND;
    return new Registers(changed);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Registers r && java.util.Arrays.equals(values, r.values);
  }

  @Override
  public int hashCode() {
    return java.util.Arrays.hashCode(values);
  }
}
