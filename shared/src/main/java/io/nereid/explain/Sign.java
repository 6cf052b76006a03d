package io.nereid.explain;

import java.util.List;

/**
 * By what a line of a log shows a cause: pieces of one message that follow each other. Pieces and
 * not patterns, because what stands between them comes from containers and must not cost more than
 * one pass.
 *
 * @param source the file of the program that says it, such as {@code criu/sk-inet.c}
 * @param asError whether only lines that CRIU calls errors count
 * @param pieces in the order in which they stand in the line
 */
public record Sign(String source, boolean asError, List<String> pieces) {
  /** What CRIU puts before its errors, and Nereid before those that it repeats. */
  private static final List<String> ERRORS = List.of("Error (", "CRIU says: ");

  public Sign {
    pieces = List.copyOf(pieces);
    if (pieces.isEmpty()) {
      throw new IllegalArgumentException("a sign of " + source + " without a piece of text");
    }
  }

  /** An error of CRIU, or any line of other programs, by where it comes from. */
  static Sign of(String source, String... pieces) {
    boolean criu = List.of("criu/", "compel/", "soccr/").stream().anyMatch(source::startsWith);
    return new Sign(source, criu, List.of(pieces));
  }

  /** Something that CRIU says without calling it an error. */
  static Sign remark(String source, String... pieces) {
    return new Sign(source, false, List.of(pieces));
  }

  /** Whether a line shows it. */
  public boolean isIn(String line) {
    if (asError && ERRORS.stream().noneMatch(line::contains)) {
      return false;
    }
    int from = 0;
    for (String piece : pieces) {
      int at = line.indexOf(piece, from);
      if (at < 0) {
        return false;
      }
      from = at + piece.length();
    }
    return true;
  }

  /** As people may search for it. */
  public String shown() {
    return String.join("…", pieces).strip();
  }
}
