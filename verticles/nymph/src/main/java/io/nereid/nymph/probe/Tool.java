package io.nereid.nymph.probe;

import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs a program to see whether it works. Nothing here changes the host. */
final class Tool {
  private static final Duration LIMIT = Duration.ofSeconds(15);
  private static final Pattern VERSION = Pattern.compile("\\d+\\.\\d+[\\w.+~-]*");
  private static final int REASON_CHARS_MAX = 300;
  private final ProcessRunner runner;

  Tool(ProcessRunner runner) {
    this.runner = runner;
  }

  /**
   * How one run went.
   *
   * @param ok it ended with 0
   * @param output what it wrote, both streams
   * @param reason when not ok: why, on one line
   */
  record Run(boolean ok, String output, String reason) {
    /** The first thing in the output that looks like a version. */
    Optional<String> version() {
      Matcher found = VERSION.matcher(output);
      return found.find() ? Optional.of(found.group()) : Optional.empty();
    }
  }

  Run run(String... argv) {
    return run(List.of(argv));
  }

  Run run(List<String> argv) {
    return switch (runner.run(Command.of(LIMIT, argv))) {
      case Outcome.Exited e -> {
        String output = (e.stdout() + "\n" + e.stderr()).strip();
        yield new Run(e.code() == 0, output, e.code() == 0 ? "" : reason(output, e.code()));
      }
      case Outcome.TimedOut t ->
          new Run(false, t.stderr(), "it did not end within " + t.limit().toSeconds() + " s");
      case Outcome.NotStarted n -> new Run(false, "", n.reason());
    };
  }

  private static String reason(String output, int code) {
    List<String> lines = output.lines().map(String::strip).filter(l -> !l.isEmpty()).toList();
    String line =
        lines.stream()
            .filter(l -> l.startsWith("Error") || l.contains(" Error"))
            .findFirst()
            .or(() -> lines.stream().reduce((a, b) -> b))
            .orElse("it said nothing");
    return "exit code " + code + ": " + shown(line);
  }

  /** A line of a program's output, fit to be shown. */
  static String shown(String line) {
    String clean = line.replaceAll("\\p{Cntrl}+", " ").strip();
    return clean.substring(0, Math.min(clean.length(), REASON_CHARS_MAX));
  }
}
