package io.nereid.nymph.conmon;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.runtime.PidFile;
import io.nereid.nymph.runtime.Runc;
import io.nereid.nymph.runtime.RuntimeFailures;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import io.nereid.process.ProgramEnvironment;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brings containers up under conmon and reads what it leaves. conmon goes into the background at
 * once, so what tells success is the file with the container's process id, and failure is conmon's
 * end without it. Thread-safe.
 */
public final class Conmon {
  private static final Duration FORK_LIMIT = Duration.ofSeconds(20);
  private static final int SMALL_FILE_BYTES_MAX = 64 * 1024;
  private final ProcessRunner runner;
  private final ProgramEnvironment programs;
  private final HostPaths paths;
  private final Runc runc;
  private final DirectoryWatch watch;

  public Conmon(
      ProcessRunner runner,
      ProgramEnvironment programs,
      HostPaths paths,
      Runc runc,
      DirectoryWatch watch) {
    this.runner = runner;
    this.programs = programs;
    this.paths = paths;
    this.runc = runc;
    this.watch = watch;
  }

  /**
   * Creates or restores a container; blocks until the runtime has done it.
   *
   * @return the id of its first process
   * @throws FailureException RUNTIME_FAILED with the runtime's words, or TIMEOUT when the runtime
   *     did not end within the limit: it is left running, and its outcome is unknown
   */
  public int bringUp(ConmonRequest request) {
    begin(request);
    return awaitUp(request);
  }

  private static String doing(ConmonRequest request) {
    return (request.restoreFrom().isPresent() ? "restoring" : "creating")
        + " container "
        + request.id();
  }

  /** Sets the runtime to work; {@link #awaitUp} has to follow. */
  public void begin(ConmonRequest request) {
    ContainerDirs dirs = request.dirs();
    prepare(request);
    Command command =
        Command.of(FORK_LIMIT, argv(request))
            .surviving(dirs.run().resolve("conmon"))
            .in(dirs.run());
    Outcome forked = runner.run(command);
    if (!forked.ok()) {
      throw RuntimeFailures.of(
          FailureCode.RUNTIME_FAILED, doing(request), forked, "", runtimeSaid(dirs));
    }
  }

  /**
   * Blocks until the runtime has done what {@link #begin} began, at most for the request's limit.
   *
   * @return the id of its first process
   * @throws FailureException as {@link #bringUp}
   */
  public int awaitUp(ConmonRequest request) {
    ContainerDirs dirs = request.dirs();
    String doing = doing(request);
    boolean ended =
        watch.await(
            dirs.run(), () -> pid(dirs).isPresent() || !isAlive(request.id()), request.limit());
    Optional<Integer> pid = pid(dirs);
    if (pid.isPresent()) {
      return pid.get();
    }
    List<String> said = runtimeSaid(dirs);
    if (!ended) {
      Outcome late = new Outcome.TimedOut(argv(request), request.limit(), false, "", "");
      throw RuntimeFailures.of(FailureCode.TIMEOUT, doing, late, "", said);
    }
    List<String> reason = said.isEmpty() ? conmonSaid(dirs) : said;
    String words = reason.isEmpty() ? "conmon ended without a word" : reason.getLast();
    Outcome failed = new Outcome.Exited(argv(request), 1, "", words, Duration.ZERO);
    throw RuntimeFailures.of(FailureCode.RUNTIME_FAILED, doing, failed, "", reason);
  }

  private void prepare(ConmonRequest request) {
    try {
      ContainerDirs dirs = request.dirs();
      Files.createDirectories(dirs.run());
      Files.createDirectories(dirs.log().getParent());
      Files.createDirectories(paths.exits());
      Files.deleteIfExists(dirs.pidFile());
      Files.deleteIfExists(dirs.conmonPidFile());
      Files.deleteIfExists(dirs.runtimeLog());
      Files.deleteIfExists(exitFile(request.id()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare " + request.dirs().run(), e);
    }
  }

  private List<String> argv(ConmonRequest request) {
    ContainerDirs dirs = request.dirs();
    List<String> runtime = new ArrayList<>(request.wrapper());
    runtime.add(programs.find("runc").map(Path::toString).orElse("runc"));
    List<String> argv = new ArrayList<>(List.of("conmon", "--api-version", "1"));
    argv.addAll(List.of("-c", request.id().value(), "-u", request.id().value()));
    argv.addAll(List.of("-n", request.id().value(), "-r", runtime.removeFirst()));
    argv.addAll(List.of("-b", dirs.bundle().toString()));
    argv.addAll(List.of("-p", dirs.pidFile().toString()));
    argv.addAll(List.of("-P", dirs.conmonPidFile().toString()));
    argv.addAll(List.of("--exit-dir", paths.exits().toString()));
    // Its attach socket goes into the bundle's directory: no further directory to clean up.
    argv.add("--full-attach");
    argv.addAll(List.of("-l", "k8s-file:" + dirs.log()));
    if (request.terminal()) {
      argv.add("-t");
    }
    runtime.addAll(runc.globalArgs());
    runtime.addAll(List.of("--log", dirs.runtimeLog().toString(), "--log-format", "json"));
    runtime.forEach(word -> argv.add("--runtime-arg=" + word));
    request.restoreFrom().ifPresent(i -> argv.addAll(List.of("--restore", i.toString())));
    request.runtimeOptions().forEach(word -> argv.add("--runtime-opt=" + word));
    return argv;
  }

  /** The container's first process, once the runtime has made it. */
  private static Optional<Integer> pid(ContainerDirs dirs) {
    return PidFile.number(dirs.pidFile());
  }

  /** Whether the conmon of this container runs. */
  public boolean isAlive(ContainerId id) {
    return process(id).isPresent();
  }

  /** The conmon of this container, while it runs. */
  public Optional<ProcessHandle> process(ContainerId id) {
    return PidFile.process(paths.container(id).conmonPidFile(), List.of("conmon", id.value()));
  }

  /** The exit code that conmon has written, if the container has ended under it. */
  public Optional<Integer> exitCode(ContainerId id) {
    return PidFile.number(exitFile(id));
  }

  /** Where the exit code will be. */
  public Path exitFile(ContainerId id) {
    return paths.exits().resolve(id.value());
  }

  private static List<String> conmonSaid(ContainerDirs dirs) {
    try {
      return RuntimeFailures.lastLines(Files.readString(dirs.run().resolve("conmon.err")));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static List<String> runtimeSaid(ContainerDirs dirs) {
    try {
      if (Files.size(dirs.runtimeLog()) > 16 * SMALL_FILE_BYTES_MAX) {
        return List.of("(see " + dirs.runtimeLog() + ")");
      }
      return RuntimeFailures.lastLines(Files.readString(dirs.runtimeLog())).stream()
          .map(Conmon::message)
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String message(String line) {
    try {
      JsonNode json = WireCodec.mapper().readTree(line);
      return json.path("msg").asText(line);
    } catch (JsonProcessingException e) {
      return line;
    }
  }
}
