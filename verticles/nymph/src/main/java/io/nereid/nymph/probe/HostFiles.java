package io.nereid.nymph.probe;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** What the kernel tells in small files. A file that cannot be read is empty, never an error. */
final class HostFiles {
  private static final int BYTES_MAX = 1024 * 1024;
  private static final long BYTES_PER_KIB = 1024;
  private final Path proc;

  /**
   * Reads below another directory in tests.
   *
   * @param proc normally /proc
   */
  HostFiles(Path proc) {
    this.proc = proc;
  }

  static HostFiles ofThisHost() {
    return new HostFiles(Path.of("/proc"));
  }

  String text(String name) {
    try (InputStream in = Files.newInputStream(proc.resolve(name))) {
      return new String(in.readNBytes(BYTES_MAX), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      return "";
    }
  }

  OptionalLong number(String name) {
    return parse(text(name), 10);
  }

  /** The kernel's release, as in {@code uname -r}. */
  String kernel() {
    return text("sys/kernel/osrelease");
  }

  /** As in {@code uname -m}; the JVM's name for x86-64 is another one. */
  static String arch() {
    String arch = System.getProperty("os.arch");
    return arch.equals("amd64") ? "x86_64" : arch;
  }

  /** The effective capabilities of this process, one bit each. */
  long capabilities() {
    return parse(field(text("self/status"), "CapEff:"), 16).orElse(0);
  }

  /** The effective user of this process; -1 when it is not known. */
  long user() {
    String[] ids = field(text("self/status"), "Uid:").split("\\s+");
    return ids.length < 2 ? -1 : parse(ids[1], 10).orElse(-1);
  }

  long memoryTotalBytes() {
    return memory("MemTotal:");
  }

  long memoryAvailableBytes() {
    return memory("MemAvailable:");
  }

  private long memory(String name) {
    String kib = field(text("meminfo"), name).replace("kB", "").strip();
    return parse(kib, 10).orElse(0) * BYTES_PER_KIB;
  }

  double load1() {
    try {
      return Double.parseDouble(text("loadavg").split(" ", 2)[0]);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String field(String text, String name) {
    return text.lines()
        .filter(line -> line.startsWith(name))
        .map(line -> line.substring(name.length()).strip())
        .findFirst()
        .orElse("");
  }

  private static OptionalLong parse(String text, int radix) {
    try {
      return OptionalLong.of(Long.parseLong(text, radix));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
