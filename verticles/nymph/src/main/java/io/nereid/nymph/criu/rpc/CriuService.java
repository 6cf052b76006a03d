package io.nereid.nymph.criu.rpc;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import io.nereid.process.ProcessTree;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs {@code criu service} for as long as somebody asks it something, and leaves neither process
 * nor file. Blocks the calling thread for a fraction of a second, at most {@link #SESSION_MAX}.
 * Throws {@link FailureException}: CRIU_FAILED with CRIU's own words when it does not start,
 * otherwise as {@link CriuClient}.
 */
public final class CriuService {
  /** A service that was forgotten, for example by a bug, is killed after this. */
  static final Duration SESSION_MAX = Duration.ofSeconds(60);

  private static final Logger LOG = LoggerFactory.getLogger(CriuService.class);
  private static final Duration START_LIMIT = Duration.ofSeconds(15);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);
  private static final Duration END_LIMIT = Duration.ofSeconds(5);
  private static final long LOOK_AGAIN_MS = 10;
  private static final int SHOWN_LINES_MAX = 4;
  private static final int SHOWN_CHARS_MAX = 500;
  private static final int PID_BYTES_MAX = 16;
  private final ProcessRunner runner;
  private final Path tempParent;

  /**
   * Uses the system's directory for temporary files.
   *
   * @param runner starts the service
   */
  public CriuService(ProcessRunner runner) {
    this(runner, Path.of(System.getProperty("java.io.tmpdir")));
  }

  CriuService(ProcessRunner runner, Path tempParent) {
    this.runner = runner;
    this.tempParent = tempParent;
  }

  /** What a client and the directory for its logs are good for. */
  public record Session(CriuClient client, Path logs) {}

  /** Starts a service, lets {@code use} ask it, ends it. */
  public <T> T ask(Function<Session, T> use) {
    Path directory = makeDirectory();
    try {
      return inDirectory(directory, use);
    } finally {
      deleteFlat(directory);
    }
  }

  private <T> T inDirectory(Path directory, Function<Session, T> use) {
    // CRIU makes the socket usable by everybody; the directory is ours alone.
    Path socket = directory.resolve("s");
    Path pidFile = directory.resolve("pid");
    SeqPacketSocket.address(socket);
    Command command =
        Command.of(
            SESSION_MAX,
            List.of(
                "criu",
                "service",
                "--address",
                socket.toString(),
                "--pidfile",
                pidFile.toString(),
                "--work-dir",
                directory.toString()));
    FutureTask<Outcome> service = new FutureTask<>(() -> runner.run(command));
    Thread.ofVirtual().name("criu-service").start(service);
    try {
      awaitReady(service, pidFile);
      return use.apply(new Session(new CriuClient(socket, ANSWER_LIMIT), directory));
    } finally {
      end(service, pidFile);
    }
  }

  // CRIU writes the pid file after it has begun to listen.
  private static void awaitReady(FutureTask<Outcome> service, Path pidFile) {
    long end = System.nanoTime() + START_LIMIT.toNanos();
    while (pid(pidFile).isEmpty()) {
      Optional<Outcome> outcome = await(service, Duration.ofMillis(LOOK_AGAIN_MS));
      if (outcome.isPresent()) {
        throw notStarted(outcome.get());
      }
      if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
        throw new FailureException(
            Failure.of(
                FailureCode.TIMEOUT, "CRIU's service was not ready within " + START_LIMIT, ""));
      }
    }
  }

  private static FailureException notStarted(Outcome outcome) {
    String said =
        switch (outcome) {
          case Outcome.Exited e -> e.stderr() + e.stdout();
          case Outcome.TimedOut t -> t.stderr() + t.stdout();
          case Outcome.NotStarted n -> n.reason();
        };
    return new FailureException(
        Failure.of(
                FailureCode.CRIU_FAILED,
                "CRIU's service did not start: " + shown(said),
                "run './nereid doctor'")
            .withEvidence(said.lines().toList()));
  }

  // The first line alone is often only that a child has failed.
  private static String shown(String said) {
    String lines =
        said.lines().limit(SHOWN_LINES_MAX).map(String::strip).collect(Collectors.joining("; "));
    return lines.isEmpty()
        ? "it said nothing"
        : lines.substring(0, Math.min(lines.length(), SHOWN_CHARS_MAX));
  }

  private static void end(FutureTask<Outcome> service, Path pidFile) {
    if (!service.isDone()) {
      pid(pidFile)
          .flatMap(ProcessHandle::of)
          .filter(CriuService::isOurs)
          .ifPresent(ProcessTree::kill);
    }
    if (await(service, END_LIMIT).isEmpty()) {
      // Without a pid file the runner's own deadline ends it; nothing else knows its id.
      LOG.warn(
          "A CRIU service did not end within {}; it is killed after {}", END_LIMIT, SESSION_MAX);
    }
  }

  private static boolean isOurs(ProcessHandle handle) {
    long ours = ProcessHandle.current().pid();
    return handle.parent().map(parent -> parent.pid() == ours).orElse(false);
  }

  private static Optional<Outcome> await(FutureTask<Outcome> service, Duration limit) {
    try {
      return Optional.of(service.get(limit.toNanos(), TimeUnit.NANOSECONDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    } catch (ExecutionException e) {
      throw new IllegalStateException("the process runner threw", e);
    }
  }

  private static Optional<Long> pid(Path pidFile) {
    try {
      if (!Files.isRegularFile(pidFile) || Files.size(pidFile) > PID_BYTES_MAX) {
        return Optional.empty();
      }
      return Optional.of(Long.parseLong(Files.readString(pidFile).strip()));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  private Path makeDirectory() {
    try {
      return Files.createTempDirectory(tempParent, "nereid-criu-").toAbsolutePath();
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(
              FailureCode.INTERNAL,
              "no directory for CRIU's service could be made in '" + tempParent + "': " + e,
              "it must exist and be writable"),
          e);
    }
  }

  // The service makes plain files only; anything else stays, and so does the directory.
  private static void deleteFlat(Path directory) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.warn("The temporary directory {} could not be removed: {}", directory, e.toString());
    }
  }
}
