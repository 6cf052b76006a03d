package io.nereid.launcher.cli;

import picocli.CommandLine.Option;

/** What all commands share. */
abstract class BaseCommand {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean helpWanted;

  /** Whether failures, too, are for a program. */
  public boolean wantsJson() {
    return false;
  }
}
