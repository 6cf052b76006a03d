package io.nereid.nymph.preflight;

import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * What a file really occupies: CRIU copies no holes, and the JDK does not tell blocks. Blocks for a
 * short run of stat(1), so it is meant for a few files only.
 */
final class Occupied {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final long BLOCK_BYTES = 512;
  private final ProcessRunner runner;

  Occupied(ProcessRunner runner) {
    this.runner = runner;
  }

  OptionalLong bytes(Path file) {
    Outcome outcome =
        runner.run(Command.of(LIMIT, "stat", "--dereference", "--format=%b", file.toString()));
    if (outcome instanceof Outcome.Exited e && e.code() == 0) {
      long blocks = ProcFiles.number(e.stdout().strip(), -1);
      return blocks < 0 ? OptionalLong.empty() : OptionalLong.of(blocks * BLOCK_BYTES);
    }
    return OptionalLong.empty();
  }
}
