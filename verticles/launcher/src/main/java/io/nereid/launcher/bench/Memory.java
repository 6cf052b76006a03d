package io.nereid.launcher.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/** The machine's memory, proc(5): /proc/meminfo. */
final class Memory {
  private static final Path INFO = Path.of("/proc/meminfo");
  private static final int PORTION_BYTES = 1 << 20;

  private Memory() {}

  static long totalBytes() {
    return bytes("MemTotal:");
  }

  static long availableBytes() {
    return bytes("MemAvailable:");
  }

  private static long bytes(String field) {
    try (Stream<String> lines = Files.lines(INFO)) {
      return lines
          .filter(line -> line.startsWith(field))
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElse(0L);
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * Touches so much memory and gives it back. A virtual machine gets its memory from its host at
   * the first touch, which costs more than anything that is measured afterwards.
   *
   * @param file in a file system in memory; it is deleted
   */
  static void touch(Path file, long bytes) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE)) {
      ByteBuffer portion = ByteBuffer.allocateDirect(PORTION_BYTES);
      for (long written = 0; written < bytes; ) {
        written += channel.write(portion.rewind());
      }
    }
  }
}
