package io.nereid.launcher.cli;

import picocli.CommandLine.Option;

/** The choice between an answer for people and one for programs. */
final class OutputOption {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description = "text (default) or json.")
  private Output output = Output.TEXT;

  boolean isJson() {
    return output == Output.JSON;
  }
}
