package io.nereid.launcher.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "bench",
    description = "Measure on this machine; needs no daemon.",
    synopsisSubcommandLabel = "WHAT",
    commandListHeading = "%nWhat can be measured:%n",
    sortOptions = false)
final class BenchCommand extends BaseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  private BenchCommand() {}

  static CommandLine of(Shell shell) {
    return new CommandLine(new BenchCommand())
        .addSubcommand(new BenchTransferCommand(shell))
        .addSubcommand(new BenchPauseCommand(shell))
        .addSubcommand(new BenchCheckpointCommand(shell))
        .addSubcommand(new BenchStoreCommand(shell));
  }

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(), "say what to measure: transfer, pause, checkpoint or store");
  }
}
