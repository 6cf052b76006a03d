package io.nereid.nymph.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** When a process began, in clock ticks since boot: field 22 of {@code /proc/PID/stat}. */
final class StartTicks {
  private static final int FIELD = 22;
  private static final int FIRST_AFTER_NAME = 3;

  private StartTicks() {}

  /** 0 when there is no such process. */
  static long of(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[FIELD - FIRST_AFTER_NAME]);
    } catch (IOException | RuntimeException e) {
      return 0;
    }
  }
}
