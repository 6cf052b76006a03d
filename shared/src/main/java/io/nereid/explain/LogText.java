package io.nereid.explain;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The end of a log as harmless lines: bounded in number and length, without control characters. */
public final class LogText {
  /** Of a longer log only so much of its end is read. */
  public static final int BYTES_MAX = 1024 * 1024;

  static final int LINES_MAX = 20_000;
  static final int LINE_CHARACTERS_MAX = 500;
  private static final List<String> MARKS =
      List.of(
          "Error (",
          "Warn  (",
          "level=error",
          "\"level\":\"error\"",
          "criu failed",
          "<error>",
          "ERRO[",
          "conmon:e]");

  private LogText() {}

  /** Reads the end of a file. The caller has made sure that it is a regular one. */
  public static List<String> read(Path log) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long size = file.length();
      byte[] bytes = new byte[(int) Math.min(size, BYTES_MAX)];
      file.seek(size - bytes.length);
      file.readFully(bytes);
      return lines(new String(bytes, StandardCharsets.UTF_8));
    }
  }

  /** The last lines of a text. */
  public static List<String> lines(String text) {
    // Some of runc's loggers write the end of a line as two characters.
    List<String> all = text.replace("\\n", "\n").lines().map(LogText::clean).toList();
    return all.subList(Math.max(0, all.size() - LINES_MAX), all.size());
  }

  /** A line cut to length, with replacements for whatever a terminal might act upon. */
  public static String clean(String line) {
    StringBuilder out = new StringBuilder();
    line.codePoints()
        .limit(LINE_CHARACTERS_MAX)
        .map(c -> c == '\t' ? ' ' : c)
        .forEach(c -> out.appendCodePoint(isHarmless(c) ? c : '\uFFFD'));
    return out.toString();
  }

  private static boolean isHarmless(int c) {
    return !Character.isISOControl(c)
        && switch (Character.getType(c)) {
          // Among them those that reverse the order in which text is shown.
          case Character.FORMAT,
              Character.SURROGATE,
              Character.LINE_SEPARATOR,
              Character.PARAGRAPH_SEPARATOR ->
              false;
          default -> true;
        };
  }

  /** Whether some line looks like one of CRIU, runc or conmon. */
  public static boolean isLog(List<String> lines) {
    return lines.stream().anyMatch(l -> startsLikeCriu(l) || MARKS.stream().anyMatch(l::contains));
  }

  /** For example {@code (00.012345) }; logs of services have other things before it. */
  private static boolean startsLikeCriu(String line) {
    int end = line.indexOf(')');
    return line.startsWith("(")
        && line.lastIndexOf('.', end) >= 2
        && end >= 6
        && end <= 16
        && line.substring(1, end).chars().allMatch(c -> c == '.' || Character.isDigit(c));
  }
}
