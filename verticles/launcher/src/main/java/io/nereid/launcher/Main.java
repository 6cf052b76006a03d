package io.nereid.launcher;

import io.nereid.launcher.cli.CommandTree;
import io.nereid.launcher.cli.Shell;
import io.nereid.launcher.terminal.Tty;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;

/** The entry point of the jar. */
public final class Main {
  private static final int COLUMNS_DEFAULT = 80;
  private static final int BUFFER_BYTES = 8 * 1024;

  private Main() {}

  /** Runs one command and ends with its exit code. */
  public static void main(String[] args) {
    PrintStream out = stream(FileDescriptor.out);
    PrintStream err = stream(FileDescriptor.err);
    Shell shell =
        new Shell(
            new FileInputStream(FileDescriptor.in),
            out,
            err,
            System.getenv(),
            Tty.isTerminal(1),
            columns(),
            Path.of("").toAbsolutePath(),
            Clock.systemUTC());
    int code = CommandTree.run(shell, args);
    out.flush();
    err.flush();
    System.exit(code);
  }

  // Names of containers and hosts are UTF-8 whatever the locale says.
  private static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new java.io.BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
        false,
        StandardCharsets.UTF_8);
  }

  private static int columns() {
    try {
      return Math.clamp(Integer.parseInt(System.getenv().getOrDefault("COLUMNS", "")), 40, 400);
    } catch (NumberFormatException e) {
      return COLUMNS_DEFAULT;
    }
  }
}
