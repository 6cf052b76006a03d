package io.nereid.nymph.fs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The mounts that this process sees, in the kernel's order: children come after their parents. */
public record MountTable(List<MountPoint> mounts) {
  private static final Path KERNEL = Path.of("/proc/self/mountinfo");
  private static final int FIELDS_BEFORE_OPTIONAL = 6;

  public MountTable {
    mounts = List.copyOf(mounts);
  }

  /** As it is now. */
  public static MountTable read() {
    try {
      // Names are bytes to the kernel; Latin-1 keeps each byte, so decoding cannot fail.
      return parse(Files.readString(KERNEL, StandardCharsets.ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + KERNEL, e);
    }
  }

  /** The format is described in proc(5). Lines that do not fit it are skipped. */
  static MountTable parse(String text) {
    List<MountPoint> mounts = new ArrayList<>();
    for (String line : text.split("\n")) {
      String[] fields = line.split(" ");
      int separator = FIELDS_BEFORE_OPTIONAL;
      while (separator < fields.length && !fields[separator].equals("-")) {
        separator++;
      }
      if (separator + 2 >= fields.length) {
        continue;
      }
      mounts.add(
          new MountPoint(
              Integer.parseInt(fields[0]),
              Integer.parseInt(fields[1]),
              Path.of(unescape(fields[4])),
              fields[separator + 1],
              unescape(fields[separator + 2])));
    }
    return new MountTable(mounts);
  }

  // Space, tab, newline and backslash are written as a backslash and three octal digits.
  private static String unescape(String field) {
    byte[] raw = field.getBytes(StandardCharsets.ISO_8859_1);
    byte[] out = new byte[raw.length];
    int n = 0;
    for (int i = 0; i < raw.length; i++) {
      if (raw[i] == '\\' && i + 3 < raw.length) {
        out[n++] =
            (byte) (((raw[i + 1] - '0') << 6) | ((raw[i + 2] - '0') << 3) | (raw[i + 3] - '0'));
        i += 3;
      } else {
        out[n++] = raw[i];
      }
    }
    return new String(out, 0, n, StandardCharsets.UTF_8);
  }

  /** Everything mounted at a directory or below it, the last mounted first. */
  public List<MountPoint> below(Path directory) {
    return mounts.stream().filter(m -> m.path().startsWith(directory)).toList().reversed();
  }

  /** What is mounted exactly there and visible. */
  public Optional<MountPoint> at(Path path) {
    return mounts.stream().filter(m -> m.path().equals(path)).reduce((first, last) -> last);
  }
}
