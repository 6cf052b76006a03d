package io.nereid.launcher.terminal;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.Closeable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The terminal of this process, as long as it passes every key on instead of handling it. The
 * earlier state comes back with {@link #close}, and when the process is ended by a signal.
 */
public final class RawTerminal implements Closeable {
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final Pattern STATE = Pattern.compile("[0-9a-f:]{1,400}");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})");

  private final ProcessRunner runner;
  private final String before;
  private final Thread atExit = new Thread(this::restore, "terminal");

  /** Columns and rows. */
  public record Size(int columns, int rows) {}

  private RawTerminal(ProcessRunner runner, String before) {
    this.runner = runner;
    this.before = before;
  }

  /** Switches; throws when there is no terminal. */
  public static RawTerminal open(ProcessRunner runner) {
    String before = stty(runner, "-g").strip();
    if (!STATE.matcher(before).matches()) {
      throw noTerminal("stty answers '" + before + "'");
    }
    RawTerminal terminal = new RawTerminal(runner, before);
    Runtime.getRuntime().addShutdownHook(terminal.atExit);
    stty(runner, "raw", "-echo");
    return terminal;
  }

  /** Its size now, if it has one. */
  public static Optional<Size> size(ProcessRunner runner) {
    var matcher = SIZE.matcher(stty(runner, "size").strip());
    return matcher.matches()
        ? Optional.of(
            new Size(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(1))))
        : Optional.empty();
  }

  @Override
  public void close() {
    restore();
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException e) {
      // The process is ending; the hook does the same once more.
    }
  }

  private void restore() {
    stty(runner, before);
  }

  private static String stty(ProcessRunner runner, String... words) {
    List<String> argv = new ArrayList<>(List.of("stty", "-F", "/dev/tty"));
    argv.addAll(List.of(words));
    return switch (runner.run(Command.of(LIMIT, argv))) {
      case Outcome.Exited exited when exited.code() == 0 -> exited.stdout();
      case Outcome.Exited exited -> throw noTerminal(exited.stderr().strip());
      case Outcome.TimedOut timedOut -> throw noTerminal("stty took longer than " + LIMIT);
      case Outcome.NotStarted notStarted -> throw noTerminal(notStarted.reason());
    };
  }

  private static FailureException noTerminal(String why) {
    return new FailureException(
        Failure.refused(
                FailureCode.BAD_REQUEST,
                "this command does not run in a terminal",
                "leave out -t, or run it in a terminal")
            .withEvidence(List.of(why)));
  }
}
