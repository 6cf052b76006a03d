package io.nereid.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds the cause of a failure in a log. The error that counts is one of the last before CRIU gives
 * up; what follows it is its consequence, and single errors long before it are often harmless. So
 * the errors are looked at from the last one back, and the first that has a known cause decides.
 */
public final class Explainer {
  private static final int ERRORS_MAX = 60;
  private static final int BEFORE = 4;
  private static final int AFTER = 2;
  private static final int LAST = 10;
  private static final int WORDS_MAX = 300;

  /** Errors that a run has which succeeds, or that tidying up after a failure has. */
  private static final List<String> HARMLESS =
      List.of(
          "RLIMIT_NOFILE",
          "Can't remove the directory",
          "cgroupd: recv req error",
          "container still running");

  /** Errors that say only that others have happened. */
  private static final List<String> ECHOES =
      List.of(
          "Dumping FAILED",
          "Restoring FAILED",
          " failed with -1",
          "finished with error",
          "Bad child exit status",
          "exited, status=");

  private static final List<String> SUCCESS =
      List.of("Dumping finished successfully", "Restore finished successfully");

  private Explainer() {}

  /**
   * Explains lines of a log, oldest first.
   *
   * @param log as {@link LogText} gives them
   */
  public static Explanation explain(List<String> log) {
    List<Integer> errors = errors(log);
    if (errors.isEmpty()) {
      return new Explanation.NoError(log.subList(Math.max(0, log.size() - LAST), log.size()));
    }
    for (Cause.Rank rank : Cause.Rank.values()) {
      Optional<Explanation> found = search(log, errors, rank);
      if (found.isPresent()) {
        return found.get();
      }
    }
    int telling =
        errors.stream().filter(i -> !isEcho(log.get(i))).findFirst().orElse(errors.getFirst());
    return new Explanation.Unknown(log.get(telling), around(log, telling));
  }

  private static Optional<Explanation> search(
      List<String> log, List<Integer> errors, Cause.Rank rank) {
    for (int i : errors) {
      String line = log.get(i);
      for (Cause cause : Causes.ALL) {
        if (cause.rank() == rank && cause.isIn(line)) {
          return Optional.of(new Explanation.Known(cause, line, around(log, i)));
        }
      }
    }
    return Optional.empty();
  }

  /** The last errors, the last one first. */
  private static List<Integer> errors(List<String> log) {
    List<Integer> errors = new ArrayList<>();
    for (int i = log.size() - 1; i >= 0 && errors.size() < ERRORS_MAX; i--) {
      String line = log.get(i);
      if (SUCCESS.stream().anyMatch(line::contains)) {
        break;
      }
      if (isError(line) && HARMLESS.stream().noneMatch(line::contains)) {
        errors.add(i);
      }
    }
    return errors;
  }

  private static boolean isError(String line) {
    return line.contains("Error (")
        || line.contains("CRIU says: ")
        || Causes.UNMARKED.stream().anyMatch(sign -> sign.isIn(line))
        || line.contains("level=error")
        || line.contains("\"level\":\"error\"");
  }

  private static boolean isEcho(String line) {
    return ECHOES.stream().anyMatch(line::contains);
  }

  private static List<String> around(List<String> log, int at) {
    return log.subList(Math.max(0, at - BEFORE), Math.min(log.size(), at + 1 + AFTER));
  }

  /** The message of a line without time, place and level. */
  static String words(String line) {
    String words = line;
    int error = line.indexOf("Error (");
    int says = line.indexOf("CRIU says: ");
    int end = error < 0 ? -1 : line.indexOf("): ", error);
    if (end >= 0) {
      words = line.substring(end + 3);
    } else if (says >= 0) {
      words = line.substring(says + "CRIU says: ".length());
    } else {
      words = quoted(line, "msg=\"").or(() -> quoted(line, "\"msg\":\"")).orElse(line);
    }
    words = words.strip();
    return words.length() <= WORDS_MAX ? words : words.substring(0, WORDS_MAX);
  }

  private static Optional<String> quoted(String line, String begin) {
    int at = line.indexOf(begin);
    if (at < 0) {
      return Optional.empty();
    }
    StringBuilder out = new StringBuilder();
    for (int i = at + begin.length(); i < line.length() && line.charAt(i) != '"'; i++) {
      if (line.charAt(i) == '\\' && i + 1 < line.length()) {
        i++;
      }
      out.append(line.charAt(i));
    }
    return Optional.of(out.toString());
  }
}
