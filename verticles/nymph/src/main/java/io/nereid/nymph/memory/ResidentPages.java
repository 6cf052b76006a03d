package io.nereid.nymph.memory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much a process has that is its own. Source: proc_pid_statm(5). */
final class ResidentPages {
  private ResidentPages() {}

  /** Resident pages without those of files and shared memory; 0 when it has ended. */
  static long anonymous(Path process) {
    try {
      String[] words =
          Files.readString(process.resolve("statm"), StandardCharsets.US_ASCII).strip().split(" ");
      return Math.max(0, Long.parseLong(words[1]) - Long.parseLong(words[2]));
    } catch (IOException | ArrayIndexOutOfBoundsException | NumberFormatException e) {
      return 0;
    }
  }
}
