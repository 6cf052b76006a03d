package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.runtime.RuntimeFailures;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Copies of what belongs to a container. Blocks, or goes on beside the caller. */
final class FileCopies {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private final ProcessRunner runner;

  FileCopies(ProcessRunner runner) {
    this.runner = runner;
  }

  /** A copy that is being made. */
  static final class Running {
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    /** Waits for its end; throws why it has failed. */
    void join() {
      try {
        end.join();
      } catch (CompletionException e) {
        throw e.getCause() instanceof FailureException f ? f : e;
      }
    }
  }

  /** Begins to copy a tree, with owners, times, attributes and whiteouts, into a new directory. */
  Running begin(Path from, Path to) {
    return begin(Map.of(from, to));
  }

  /** Begins to copy some, one after the other. */
  Running begin(Map<Path, Path> trees) {
    Running running = new Running();
    Thread.ofVirtual()
        .name("copy")
        .start(() -> {
          try {
            trees.forEach(this::tree);
            running.end.complete(null);
          } catch (RuntimeException | Error e) {
            running.end.completeExceptionally(e);
          }
        });
    return running;
  }

  private void tree(Path from, Path to) {
    try {
      Files.createDirectories(to);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + to, e);
    }
    Outcome outcome =
        runner.run(Command.of(LIMIT, "cp", "-a", "--reflink=auto", from + "/.", to.toString()));
    if (!outcome.ok()) {
      throw RuntimeFailures.of(
          FailureCode.RUNTIME_FAILED,
          "copying " + from,
          outcome,
          "make room below criu.dumpPath",
          List.of());
    }
  }

  /** Copies the first bytes of a file that may grow. */
  static void beginning(Path from, long bytes, Path to) throws IOException {
    try (FileChannel out =
        FileChannel.open(to, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      if (bytes == 0) {
        return;
      }
      try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ)) {
        for (long done = 0; done < bytes; ) {
          long count = in.transferTo(done, bytes - done, out);
          if (count <= 0) {
            throw new IOException(from + " became shorter while it was copied");
          }
          done += count;
        }
      }
    }
  }
}
