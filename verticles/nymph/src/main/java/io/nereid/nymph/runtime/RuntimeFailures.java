package io.nereid.nymph.runtime;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.explain.Explainer;
import io.nereid.explain.LogText;
import io.nereid.process.Outcome;
import java.util.ArrayList;
import java.util.List;

/** Turns the outcome of a program into a failure that shows its evidence. */
public final class RuntimeFailures {
  private static final int OUTPUT_LINES_MAX = 20;
  private static final int LINE_CHARACTERS_MAX = 500;

  private RuntimeFailures() {}

  /**
   * A failure that says what was being done and how the program ended.
   *
   * @param doing for example "starting container web"
   * @param remedy empty: what is known about the program's words, if anything
   * @param more further lines of evidence, such as excerpts of a log
   */
  public static FailureException of(
      FailureCode code, String doing, Outcome outcome, String remedy, List<String> more) {
    List<String> evidence = new ArrayList<>(more);
    return switch (outcome) {
      case Outcome.NotStarted o ->
          failure(code, Certainty.DID_NOT_RUN, doing + ": " + o.reason(), remedy, evidence);
      case Outcome.TimedOut o -> {
        evidence.add("command: " + String.join(" ", o.argv()));
        evidence.addAll(lastLines(o.stderr()));
        String fate = o.killed() ? "was killed" : "still runs";
        String message =
            doing
                + ": "
                + o.argv().getFirst()
                + " did not end within "
                + o.limit().toMillis()
                + " ms and "
                + fate;
        yield failure(FailureCode.TIMEOUT, Certainty.UNKNOWN, message, remedy, evidence);
      }
      case Outcome.Exited o -> {
        List<String> said = lastLines(o.stderr().isBlank() ? o.stdout() : o.stderr());
        evidence.add("command: " + String.join(" ", o.argv()));
        evidence.add("exit code " + o.code() + " after " + o.took().toMillis() + " ms");
        evidence.addAll(said);
        String reason = said.isEmpty() ? "exit code " + o.code() : cause(said.getLast());
        String message = doing + ": " + reason;
        yield failure(code, Certainty.RAN_AND_FAILED, message, remedy, evidence);
      }
    };
  }

  private static FailureException failure(
      FailureCode code, Certainty certainty, String message, String remedy, List<String> lines) {
    Failure failure = new Failure(code, certainty, message, remedy, lines);
    if (remedy.isEmpty()) {
      failure = Explainer.explain(LogText.lines(String.join("\n", lines))).onto(failure);
    }
    return new FailureException(failure);
  }

  /** The last lines of some output, each cut to a length that fits a message. */
  public static List<String> lastLines(String output) {
    List<String> lines = output.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    return lines.subList(Math.max(0, lines.size() - OUTPUT_LINES_MAX), lines.size()).stream()
        .map(l -> l.length() <= LINE_CHARACTERS_MAX ? l : l.substring(0, LINE_CHARACTERS_MAX))
        .toList();
  }

  /** The message inside one of runc's log lines ({@code time=… level=error msg="…"}). */
  static String cause(String line) {
    int at = line.indexOf("msg=\"");
    if (at < 0 || !line.endsWith("\"")) {
      return line;
    }
    return line.substring(at + 5, line.length() - 1).replace("\\\"", "\"").replace("\\n", " ");
  }
}
