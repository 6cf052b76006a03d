package io.nereid.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets threads step back behind others of the host. On Linux each thread has a nice value of its
 * own. Source: setpriority(2), "C library/kernel differences"; gettid(2).
 */
public final class Niceness {
  private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
  private static final int PRIO_PROCESS = 0;
  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LOOKUP = LINKER.defaultLookup();
  private static final MethodHandle GETTID =
      LINKER.downcallHandle(LOOKUP.findOrThrow("gettid"), FunctionDescriptor.of(JAVA_INT));
  private static final MethodHandle SETPRIORITY =
      LINKER.downcallHandle(
          LOOKUP.findOrThrow("setpriority"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle GETPRIORITY =
      LINKER.downcallHandle(
          LOOKUP.findOrThrow("getpriority"), FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  private Niceness() {}

  /**
   * Makes daemon platform threads that are nice from their first instruction on.
   *
   * @param name of the threads, a number is added
   * @param nice from 0, like any other, to 19, only when nobody else wants to run
   */
  public static ThreadFactory threads(String name, int nice) {
    ThreadFactory plain = Thread.ofPlatform().daemon().name(name, 0).factory();
    return nice == 0
        ? plain
        : work ->
            plain.newThread(() -> {
              set(nice);
              work.run();
            });
  }

  /** Of the calling thread; only platform threads keep it. A refusal is logged, not thrown. */
  static void set(int nice) {
    try {
      if ((int) SETPRIORITY.invokeExact(PRIO_PROCESS, (int) GETTID.invokeExact(), nice) != 0) {
        LOG.debug("the kernel does not let a thread be nice ({})", nice);
      }
    } catch (Throwable e) {
      throw new IllegalStateException("setpriority", e);
    }
  }

  /** Of the calling thread. */
  static int get() {
    try {
      return (int) GETPRIORITY.invokeExact(PRIO_PROCESS, (int) GETTID.invokeExact());
    } catch (Throwable e) {
      throw new IllegalStateException("getpriority", e);
    }
  }
}
