package io.nereid.launcher.cli;

import io.nereid.launcher.Version;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "nereid",
    description = "Moves running containers between Linux hosts.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    footer = {
      "",
      "Also, by the script of the same name:",
      "  setup       Install what this host needs to run and move containers.",
      "  test        Run the test suite of the source tree.",
      "",
      "nereid COMMAND --help explains a command. Exit codes: docs/failures.md."
    })
final class RootCommand extends BaseCommand implements Callable<Integer> {
  private final Shell shell;
  @Spec private CommandSpec spec;

  @Option(
      names = {"-V", "--version"},
      description = "Show the version.")
  private boolean version;

  RootCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    if (version) {
      shell.out().println("nereid " + Version.current());
      return 0;
    }
    CommandLine.usage(spec.commandLine(), shell.err(), spec.commandLine().getColorScheme());
    return 2;
  }
}
