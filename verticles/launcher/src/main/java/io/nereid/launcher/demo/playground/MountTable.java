package io.nereid.launcher.demo.playground;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The mount points of this process's mount namespace, proc_pid_mountinfo(5). */
final class MountTable {
  private static final Path SELF = Path.of("/proc/self/mountinfo");
  private static final int MOUNT_POINT = 4;

  private MountTable() {}

  /** All mount points whose path holds a text, the deepest and newest first. */
  static List<Path> containing(String text) {
    return parse(read()).stream().filter(point -> point.toString().contains(text)).toList();
  }

  /** All mount points at or below a directory, the deepest and newest first. */
  static List<Path> atOrBelow(Path directory) {
    return parse(read()).stream().filter(point -> point.startsWith(directory)).toList();
  }

  private static String read() {
    try {
      return Files.readString(SELF, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + SELF, e);
    }
  }

  /** Later lines cover earlier ones, so the reversed order is the one in which to unmount. */
  static List<Path> parse(String mountinfo) {
    return mountinfo
        .lines()
        .map(line -> line.split(" "))
        .filter(fields -> fields.length > MOUNT_POINT)
        .map(fields -> Path.of(unescape(fields[MOUNT_POINT])))
        .toList()
        .reversed();
  }

  /** The kernel writes blank, tab, newline and backslash as a backslash and three octal digits. */
  private static String unescape(String field) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < field.length(); i++) {
      char c = field.charAt(i);
      if (c == '\\' && i + 3 < field.length()) {
        text.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
        i += 3;
      } else {
        text.append(c);
      }
    }
    return new String(
        text.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
