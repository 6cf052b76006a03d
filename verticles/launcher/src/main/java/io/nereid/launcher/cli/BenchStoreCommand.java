package io.nereid.launcher.cli;

import io.nereid.launcher.bench.StoreBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "store",
    description = {
      "Measure the store of snapshots on files of random pages; needs no daemon. What a snapshot of",
      "a redis costs is measured by: bench checkpoint."
    },
    sortOptions = false)
final class BenchStoreCommand extends BaseCommand implements Callable<Integer> {
  private static final long SIZE_MIN = 1L << 20;
  private static final long SIZE_MAX = 64L << 30;
  private static final int ROUNDS_MAX = 100;
  private static final Path MEMORY = Path.of("/dev/shm");
  private final Shell shell;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = Sizes.class,
      defaultValue = "1g",
      description = "Size of the snapshot, 1m to 64g. Default: 1g.")
  private long size;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "Rounds, 1 to 100; medians are reported. Default: 3.")
  private int rounds;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the data lies, three times its size. Default: /dev/shm or /tmp.")
  private Path directory;

  @Mixin private OutputOption output;

  BenchStoreCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public boolean wantsJson() {
    return output.isJson();
  }

  @Override
  public Integer call() throws IOException {
    Ranges.require("bench store", "--size", size, SIZE_MIN, SIZE_MAX);
    Ranges.require("bench store", "--rounds", rounds, 1, ROUNDS_MAX);
    Path place = Files.isDirectory(MEMORY) ? MEMORY : Path.of("/tmp");
    if (directory != null) {
      place = shell.directory().resolve(directory);
    }
    StoreBench.Report report = StoreBench.run(place, size, rounds, this::say);
    shell.out().print(wantsJson() ? report.json() : report.text());
    shell.out().flush();
    return 0;
  }

  private void say(String line) {
    shell.err().println(line);
    shell.err().flush();
  }
}
