package io.nereid.launcher.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;

/** Runs command lines as a person would, with a clock that stands still. */
final class Cli {
  static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
  private final Map<String, String> environment;
  private final boolean terminal;
  private final String input;

  Cli(Path socket) {
    this(Map.of("NEREID_HOST", "unix:" + socket), false, "");
  }

  Cli(Map<String, String> environment, boolean terminal, String input) {
    this.environment = environment;
    this.terminal = terminal;
    this.input = input;
  }

  /** What a command left. */
  record Result(int code, String out, String err) {}

  Cli inTerminal() {
    return new Cli(environment, true, input);
  }

  Cli withInput(String text) {
    return new Cli(environment, terminal, text);
  }

  Result run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream outStream = new PrintStream(out, false, StandardCharsets.UTF_8);
        PrintStream errStream = new PrintStream(err, false, StandardCharsets.UTF_8)) {
      Shell shell =
          new Shell(
              new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
              outStream,
              errStream,
              environment,
              terminal,
              100,
              Path.of("/home/me"),
              Clock.fixed(NOW, ZoneOffset.UTC));
      int code = CommandTree.run(shell, args);
      outStream.flush();
      errStream.flush();
      return new Result(
          code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
  }
}
