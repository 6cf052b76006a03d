package io.nereid.launcher.terminal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds out what the standard streams are connected to, without starting anything. */
public final class Tty {
  private Tty() {}

  /** True when the descriptor (0, 1 or 2) of this process is a terminal. */
  public static boolean isTerminal(int descriptor) {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
      return target.startsWith("/dev/pts/")
          || target.startsWith("/dev/tty")
          || target.equals("/dev/console");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
