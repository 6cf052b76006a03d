package io.nereid.launcher.cli;

import io.nereid.launcher.bench.CheckpointBench;
import io.nereid.launcher.bench.CheckpointReport;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "checkpoint",
    description = {
      "Measure how long a redis stands still for a snapshot of which a part is new, with Nereid and",
      "with runc checkpoint --leave-running, in turn. Needs root and about five times the memory.",
      "Exit code 1 when something was lost."
    },
    sortOptions = false)
final class BenchCheckpointCommand extends BaseCommand implements Callable<Integer> {
  private static final long MEMORY_MIN = 1L << 20;
  private static final long MEMORY_MAX = 64L << 30;
  private static final int PERCENT_MAX = 100;
  private static final int ROUNDS_MAX = 100;

  private final Shell shell;

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = Sizes.class,
      defaultValue = "1g",
      description = "Data in redis, 1m to 64g. Default: 1g.")
  private long memory;

  @Option(
      names = "--changed",
      paramLabel = "PERCENT",
      defaultValue = "5",
      description = "How much of it is rewritten before each snapshot, 0 to 100. Default: 5.")
  private int changed;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "Snapshots of each, 1 to 100; medians are reported. Default: 5.")
  private int rounds;

  @Mixin private OutputOption output;

  BenchCheckpointCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public boolean wantsJson() {
    return output.isJson();
  }

  @Override
  public Integer call() throws IOException {
    Ranges.require("bench checkpoint", "--memory", memory, MEMORY_MIN, MEMORY_MAX);
    Ranges.require("bench checkpoint", "--changed", changed, 0, PERCENT_MAX);
    Ranges.require("bench checkpoint", "--rounds", rounds, 1, ROUNDS_MAX);
    CheckpointReport report =
        new CheckpointBench(memory, changed, rounds, shell.environment(), this::say).run();
    shell.out().print(wantsJson() ? report.json() : report.text());
    shell.out().flush();
    return report.ok() ? 0 : 1;
  }

  private void say(String line) {
    shell.err().println(line);
    shell.err().flush();
  }
}
