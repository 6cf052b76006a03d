package io.nereid.e2e;

import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The command line, started as a person starts it. */
final class Cli {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private Cli() {}

  /** How a command ended. */
  record Result(int code, String out, String err) {}

  /** A command that talks to a host's daemon. */
  static Result at(TestCluster cluster, Daemon daemon, String command, String... words) {
    List<String> all = new ArrayList<>(List.of(command, "--host", "unix:" + daemon.socket()));
    all.addAll(Arrays.asList(words));
    return run(cluster, all);
  }

  /** Any command. */
  static Result run(TestCluster cluster, List<String> words) {
    List<String> argv = new ArrayList<>(List.of(cluster.java().java().toString()));
    cluster
        .java()
        .options()
        .map(up -> up.resolveSibling("jvm-cli.options"))
        .filter(Files::isRegularFile)
        .map(Path::toString)
        .ifPresent(options -> argv.add("@" + options));
    argv.addAll(List.of("-jar", cluster.java().jar().toString()));
    argv.addAll(words);
    Outcome outcome = cluster.tools().runner().run(Command.of(LIMIT, argv));
    if (outcome instanceof Outcome.Exited exited) {
      return new Result(exited.code(), exited.stdout(), exited.stderr());
    }
    throw new AssertionError("nereid " + words + ": " + outcome);
  }
}
