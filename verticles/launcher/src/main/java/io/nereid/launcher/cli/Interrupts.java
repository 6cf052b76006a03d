package io.nereid.launcher.cli;

import java.io.Closeable;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/** The first Ctrl-C asks for something, the second ends the command as usual. */
final class Interrupts implements Closeable {
  private static final Signal INTERRUPT = new Signal("INT");
  private static final int INTERRUPTED = 130;

  private final SignalHandler before;

  private Interrupts(SignalHandler before) {
    this.before = before;
  }

  static Interrupts install(Shell shell, Runnable first) {
    boolean[] asked = {false};
    SignalHandler handler =
        signal -> {
          if (asked[0]) {
            shell.out().flush();
            shell.err().flush();
            Runtime.getRuntime().halt(INTERRUPTED);
          }
          asked[0] = true;
          // Signals come one after the other on a thread of their own; the second must get through.
          Thread.ofVirtual().start(first);
        };
    return new Interrupts(Signal.handle(INTERRUPT, handler));
  }

  @Override
  public void close() {
    Signal.handle(INTERRUPT, before);
  }
}
