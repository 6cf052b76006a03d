package io.nereid.nymph.exec;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ExecId;
import io.nereid.nymph.container.ContainerExecutor;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.container.ContainerStore;
import io.nereid.nymph.container.ContainerView;
import io.nereid.nymph.epoch.EpochGuard;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.runtime.Runc;
import io.nereid.process.ProcessLauncher;
import io.nereid.protocol.message.NymphMessages;
import io.nereid.protocol.message.NymphMessages.ExecIo;
import io.nereid.protocol.message.NymphMessages.ExecIoRequest;
import io.nereid.protocol.message.NymphMessages.ExecRequest;
import io.nereid.protocol.message.NymphMessages.ExecStarted;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The commands that somebody runs inside this host's containers. A session about which nobody has
 * asked for a minute is ended: its caller is gone. Blocks; throws {@link FailureException}.
 */
public final class ExecSessions implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ExecSessions.class);
  private static final int SESSIONS_MAX = 64;
  private static final Duration IDLE_MAX = Duration.ofSeconds(60);
  private static final Duration FREE_LIMIT = Duration.ofSeconds(4);
  private static final Duration START_LIMIT = Duration.ofSeconds(4);
  private static final long SWEEP_MS = 5_000;
  private static final int COLUMNS_DEFAULT = 80;
  private static final int ROWS_DEFAULT = 24;

  /** What sessions build upon. */
  public record Parts(
      ContainerStore store,
      ContainerExecutor executor,
      ContainerView view,
      EpochGuard epochs,
      Runc runc,
      ProcessLauncher launcher,
      HostPaths paths,
      DirectoryWatch watch) {}

  private final Parts parts;
  private final Duration idleMax;
  private final Map<ExecId, ExecSession> sessions = new ConcurrentHashMap<>();
  private final ScheduledExecutorService sweeper =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("exec-sweeper").factory());

  public ExecSessions(Parts parts) {
    this(parts, IDLE_MAX, SWEEP_MS);
  }

  ExecSessions(Parts parts, Duration idleMax, long sweepMs) {
    this.parts = parts;
    this.idleMax = idleMax;
    sweeper.scheduleWithFixedDelay(this::sweep, sweepMs, sweepMs, TimeUnit.MILLISECONDS);
  }

  /** Starts a command; what becomes of it is told by the exchanges. */
  public ExecStarted start(ExecRequest request) {
    parts.epochs().checkEpoch(request.fence().epoch(), request.id());
    if (sessions.size() >= SESSIONS_MAX) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY,
              SESSIONS_MAX + " commands run inside containers of this host already",
              "end one of them"));
    }
    ExecId id = ExecId.random();
    Path directory = parts.paths().execs().resolve(id.value());
    // Not while another operation runs: a checkpoint must not meet a process that is just joining.
    return parts
        .executor()
        .runWhenFree(
            request.id(),
            "exec",
            FREE_LIMIT,
            () -> {
              checkRunning(request.id());
              ExecSession session = launch(id, request, directory);
              sessions.put(id, session);
              return new ExecStarted(id);
            });
  }

  private void checkRunning(ContainerId id) {
    ContainerRecord record = parts.store().get(id);
    ContainerState state = parts.view().state(record);
    if (state != ContainerState.RUNNING || record.hold().isPresent()) {
      String why =
          record
              .hold()
              .map(hold -> "migration " + hold.migration() + " holds it")
              .orElse("it is " + state);
      throw new FailureException(
          Failure.refused(
              record.hold().isPresent() ? FailureCode.BUSY : FailureCode.WRONG_STATE,
              "cannot run a command in container " + record.name() + ": " + why,
              record.hold().isPresent() ? "wait for its end" : "start or unpause it first"));
    }
  }

  private ExecSession launch(ExecId id, ExecRequest request, Path directory) {
    Path pidFile = directory.resolve("pid");
    String[] words = ExecArguments.of(request, pidFile).toArray(String[]::new);
    try {
      Files.createDirectories(directory);
      ExecSession session =
          request.terminal() ? withTerminal(id, request, words) : withPipes(id, request, words);
      parts
          .watch()
          .await(directory, () -> Files.exists(pidFile) || !session.isAlive(), START_LIMIT);
      if (Files.exists(pidFile) || !session.isAlive()) {
        removeDirectory(directory);
      }
      return session;
    } catch (IOException e) {
      removeDirectory(directory);
      throw new FailureException(
          Failure.of(FailureCode.RUNTIME_FAILED, "cannot start a command: " + e.getMessage(), ""),
          e);
    }
  }

  private ExecSession withTerminal(ExecId id, ExecRequest request, String[] words)
      throws IOException {
    Pty pty =
        Pty.open(
            request.columns() > 0 ? request.columns() : COLUMNS_DEFAULT,
            request.rows() > 0 ? request.rows() : ROWS_DEFAULT);
    try {
      Process process =
          parts
              .launcher()
              .launch(parts.runc().argv(words), Map.of(), Optional.of(pty.device()), true);
      return new ExecSession(id, request.id(), process, ExecStreams.of(pty));
    } catch (IOException | RuntimeException e) {
      pty.close();
      throw e;
    }
  }

  private ExecSession withPipes(ExecId id, ExecRequest request, String[] words) throws IOException {
    Process process =
        parts
            .launcher()
            .launch(parts.runc().argv(words), Map.of(), Optional.empty(), request.stdin());
    return new ExecSession(id, request.id(), process, ExecStreams.of(process));
  }

  /** Exchanges input and output; NOT_FOUND when there is no such session any more. */
  public ExecIo exchange(ExecIoRequest request) {
    if (request.input().length > NymphMessages.CHUNK_BYTES_MAX) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              request.input().length + " bytes of input at once are too many",
              "send at most " + NymphMessages.CHUNK_BYTES_MAX));
    }
    ExecSession session = sessions.get(request.exec());
    if (session == null) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "there is no command " + request.exec() + " on host " + parts.paths().node(),
              "it was ended because nobody asked about it, or the host's daemon has restarted"));
    }
    return session.exchange(request);
  }

  /** Ends a command; does nothing when it has ended. */
  public void kill(ExecId id) {
    end(id, "its caller is gone");
  }

  /** How many commands run inside a container. */
  public int count(ContainerId container) {
    return (int)
        sessions.values().stream()
            .filter(s -> s.container().equals(container) && s.isAlive())
            .count();
  }

  /** Ends all commands inside a container, for example before it moves. */
  public void killAll(ContainerId container, String why) {
    sessions.values().stream()
        .filter(s -> s.container().equals(container))
        .forEach(s -> end(s.id(), why));
  }

  private void sweep() {
    try {
      sessions.values().stream()
          .filter(s -> s.idle().compareTo(idleMax) > 0)
          .forEach(s -> end(s.id(), "nobody has asked about it"));
    } catch (RuntimeException e) {
      LOG.error("ending forgotten commands failed", e);
    }
  }

  private void end(ExecId id, String why) {
    ExecSession session = sessions.remove(id);
    if (session != null) {
      if (session.isAlive()) {
        LOG.info("ending command {} in container {}: {}", id, session.container(), why);
      }
      session.kill();
      removeDirectory(parts.paths().execs().resolve(id.value()));
    }
  }

  private static void removeDirectory(Path directory) {
    try {
      Files.deleteIfExists(directory.resolve("pid"));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      LOG.warn("cannot delete {}: {}", directory, e.toString());
    }
  }

  @Override
  public void close() {
    sweeper.shutdownNow();
    sessions.keySet().forEach(id -> end(id, "the daemon ends"));
  }
}
