package io.nereid.launcher.demo.playground;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The few programs that the playground calls, each with a deadline. */
public final class Tools {
  private static final Duration QUICK = Duration.ofSeconds(20);
  private final ProcessRunner runner;

  public Tools(ProcessRunner runner) {
    this.runner = runner;
  }

  /** What starts them. */
  public ProcessRunner runner() {
    return runner;
  }

  /** Runs it; its standard output, or a failure that shows what it said. */
  public String must(String... argv) {
    return must(Command.of(QUICK, argv));
  }

  /** Runs it and does not mind that it fails. */
  public Outcome attempt(String... argv) {
    return runner.run(Command.of(QUICK, argv));
  }

  /** Runs it; its standard output, or a failure that shows what it said. */
  public String must(Command command) {
    Outcome outcome = runner.run(command);
    if (outcome instanceof Outcome.Exited exited && exited.code() == 0) {
      return exited.stdout();
    }
    throw new FailureException(
        Failure.of(
                FailureCode.RUNTIME_FAILED, "'" + String.join(" ", command.argv()) + "' failed", "")
            .withEvidence(evidence(outcome)));
  }

  /** Several ip commands in one process, in a namespace or in the machine's own. */
  void ip(String netns, String... lines) {
    List<String> argv = new ArrayList<>(List.of("ip"));
    if (!netns.isEmpty()) {
      argv.addAll(List.of("-netns", netns));
    }
    argv.addAll(List.of("-batch", "-"));
    String input = String.join("\n", lines) + "\n";
    must(Command.of(QUICK, argv).withStdin(input.getBytes(StandardCharsets.UTF_8)));
  }

  /** Several tc commands in one process, in a namespace. */
  void tc(String netns, String... lines) {
    String input = String.join("\n", lines) + "\n";
    must(
        Command.of(QUICK, "ip", "netns", "exec", netns, "tc", "-batch", "-")
            .withStdin(input.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> evidence(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Exited e -> lines("exit code " + e.code(), e.stdout(), e.stderr());
      case Outcome.TimedOut t -> lines("no end within " + t.limit(), t.stdout(), t.stderr());
      case Outcome.NotStarted n -> List.of(n.reason());
    };
  }

  private static List<String> lines(String first, String stdout, String stderr) {
    List<String> lines = new ArrayList<>(List.of(first));
    stdout.lines().forEach(lines::add);
    stderr.lines().forEach(lines::add);
    return lines;
  }
}
