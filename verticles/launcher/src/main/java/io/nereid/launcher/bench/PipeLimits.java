package io.nereid.launcher.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets CRIU keep a whole process's memory in pipes, as its lazy migration does: without
 * CAP_SYS_RESOURCE the kernel's usual limits are too low. What was set before comes back at the
 * end.
 */
final class PipeLimits implements AutoCloseable {
  private static final Path SETTINGS = Path.of("/proc/sys/fs");
  private static final Map<String, String> WANTED =
      Map.of(
          "pipe-user-pages-soft", "0",
          "pipe-user-pages-hard", "0",
          "pipe-max-size", "4194304");
  private static final int BYTES_MAX = 64;
  private final Map<Path, String> before = new LinkedHashMap<>();

  /** Sets them. */
  static PipeLimits lift() {
    PipeLimits limits = new PipeLimits();
    try {
      for (Map.Entry<String, String> wanted : WANTED.entrySet()) {
        Path file = SETTINGS.resolve(wanted.getKey());
        String value = read(file);
        if (!value.equals(wanted.getValue())) {
          limits.before.put(file, value);
          write(file, wanted.getValue());
        }
      }
      return limits;
    } catch (IOException e) {
      limits.close();
      throw new UncheckedIOException("cannot lift the limits of pipes", e);
    }
  }

  /** In one piece: the kernel gives nothing more after the first read, however short it was. */
  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] text = new byte[BYTES_MAX];
      int length = in.read(text);
      return new String(text, 0, Math.max(0, length), StandardCharsets.US_ASCII).strip();
    }
  }

  private static void write(Path file, String value) throws IOException {
    Files.writeString(file, value);
    String now = read(file);
    if (!now.equals(value)) {
      throw new IOException(file + " is " + now + " after " + value + " was written");
    }
  }

  /** Sets them back; once is enough. */
  @Override
  public synchronized void close() {
    before.forEach((file, value) -> {
      try {
        write(file, value);
      } catch (IOException e) {
        throw new UncheckedIOException("set " + file + " to " + value + " again yourself", e);
      }
    });
    before.clear();
  }
}
