package io.nereid.nymph.move;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's free memory. Source: proc(5), /proc/meminfo. */
final class Memory {
  private Memory() {}

  /** Bytes that programs could have without swapping; -1 when it is not known. */
  static long availableBytes() {
    try {
      return Files.readAllLines(Path.of("/proc/meminfo"), StandardCharsets.US_ASCII).stream()
          .filter(line -> line.startsWith("MemAvailable:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElse(-1);
    } catch (IOException e) {
      return -1;
    }
  }
}
