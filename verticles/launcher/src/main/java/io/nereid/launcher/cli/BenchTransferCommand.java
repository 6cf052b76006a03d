package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Json;
import io.nereid.launcher.render.BenchText;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.transfer.bench.TransferBench;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "transfer",
    description = {
      "Measure the streams between hosts on the loopback of this one; needs no daemon.",
      "The bulk stream alone, a complete verified transfer, and the same when nothing has changed."
    },
    sortOptions = false)
final class BenchTransferCommand extends BaseCommand implements Callable<Integer> {
  private static final int COPIES = 3;
  private static final long SIZE_MIN = 1L << 20;
  private static final long SIZE_MAX = 64L << 30;
  private static final int ROUNDS_MAX = 100;
  private static final Path MEMORY = Path.of("/dev/shm");

  private final Shell shell;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      converter = Sizes.class,
      defaultValue = "512m",
      description = "How much is sent in each round, 1m to 64g. Default: 512m.")
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

  BenchTransferCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public boolean wantsJson() {
    return output.isJson();
  }

  @Override
  public Integer call() throws IOException {
    Ranges.require("bench transfer", "--size", size, SIZE_MIN, SIZE_MAX);
    Ranges.require("bench transfer", "--rounds", rounds, 1, ROUNDS_MAX);
    Path place = directory == null ? usualPlace() : shell.directory().resolve(directory);
    requireSpace(place);
    TransferBench.Result result = TransferBench.run(place, size, rounds);
    if (wantsJson()) {
      shell.out().println(Json.text(Json.parse(WireCodec.encode(result)), true));
    } else {
      shell.out().print(BenchText.of(result));
    }
    return 0;
  }

  // Memory, so that the streams are measured and not a disk.
  private Path usualPlace() throws IOException {
    boolean room =
        Files.isDirectory(MEMORY)
            && Files.isWritable(MEMORY)
            && Files.getFileStore(MEMORY).getUsableSpace() > (COPIES + 1) * size;
    return room ? MEMORY : Path.of(System.getProperty("java.io.tmpdir"));
  }

  private void requireSpace(Path place) throws IOException {
    if (!Files.isDirectory(place)) {
      throw new FailureException(
          Failure.refused(FailureCode.BAD_REQUEST, place + " is no directory", "see --dir"));
    }
    long free = Files.getFileStore(place).getUsableSpace();
    if (free < COPIES * size) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NO_SPACE,
              place + " has " + free + " bytes free, and " + COPIES * size + " are needed",
              "choose a smaller --size or another --dir"));
    }
  }
}
