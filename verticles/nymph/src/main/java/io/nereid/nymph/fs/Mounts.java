package io.nereid.nymph.fs;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** Mounts and unmounts. Blocks; failures are of code RUNTIME_FAILED. */
public final class Mounts {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int ROUNDS_MAX = 20;
  private final ProcessRunner runner;

  public Mounts(ProcessRunner runner) {
    this.runner = runner;
  }

  /** Mounts a file system. */
  public void mount(String type, String source, Path target, List<String> options) {
    Outcome outcome =
        runner.run(
            Command.of(
                LIMIT,
                "mount",
                "-t",
                type,
                "-o",
                String.join(",", options),
                "--",
                source,
                target.toString()));
    if (!outcome.ok()) {
      throw failed("mounting " + target, outcome);
    }
  }

  /**
   * Unmounts everything at and below a directory. What is still in use is detached: it vanishes
   * from here at once and from the kernel with its last user.
   */
  public void unmountBelow(Path directory) {
    String last = "";
    for (int round = 0; round < ROUNDS_MAX; round++) {
      List<MountPoint> mounts = MountTable.read().below(directory);
      if (mounts.isEmpty()) {
        return;
      }
      for (MountPoint mount : mounts) {
        last = unmount(mount.path());
      }
    }
    throw new FailureException(
        Failure.of(
                FailureCode.RUNTIME_FAILED,
                "cannot unmount everything below " + directory + ": " + last,
                "unmount it by hand: umount -l '" + directory + "'")
            .withEvidence(
                MountTable.read().below(directory).stream()
                    .map(m -> m.type() + " at " + m.path())
                    .toList()));
  }

  private String unmount(Path target) {
    // Not canonicalised: a path inside a container's tree must not be followed through its links.
    Outcome outcome =
        runner.run(Command.of(LIMIT, "umount", "--no-canonicalize", "--", target.toString()));
    if (!outcome.ok()) {
      outcome =
          runner.run(
              Command.of(LIMIT, "umount", "--no-canonicalize", "--lazy", "--", target.toString()));
    }
    return outcome instanceof Outcome.Exited e ? e.stderr().strip() : outcome.toString();
  }

  private static FailureException failed(String doing, Outcome outcome) {
    String reason =
        switch (outcome) {
          case Outcome.Exited e -> e.stderr().strip();
          case Outcome.TimedOut t -> "no end within " + t.limit().toMillis() + " ms";
          case Outcome.NotStarted n -> n.reason();
        };
    return new FailureException(
        Failure.of(FailureCode.RUNTIME_FAILED, doing + " failed: " + reason, "")
            .withEvidence(reason.lines().toList()));
  }
}
