package io.nereid.launcher.demo.playground;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** One host's daemon: a JVM in the host's network namespace with directories of its own. */
public final class Daemon {
  private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
  private static final int LOG_LINES_SHOWN = 40;
  private static final Duration FORKED_WITHIN = Duration.ofMillis(150);
  // The shell's process becomes the daemon's: nsenter and exec keep the id that is written down.
  private static final String WRITE_ID = "echo $$ >\"$1\"; shift; exec \"$@\"";
  private final Tools tools;
  private final Names names;
  private final String host;
  private final Path home;
  private final JavaProgram java;
  private final Map<String, String> environment;

  Daemon(
      Tools tools,
      Names names,
      String host,
      Path root,
      JavaProgram java,
      Map<String, String> environment) {
    this.tools = tools;
    this.names = names;
    this.host = host;
    this.home = root.resolve(host);
    this.java = java;
    this.environment = environment;
  }

  /** The short name: a, b, c. */
  public String host() {
    return host;
  }

  /** The name in the cluster. */
  public NodeId node() {
    return names.node(host);
  }

  /** The socket at which it takes commands. */
  public Path socket() {
    return runDir().resolve("nereid.sock");
  }

  public Path dataDir() {
    return home.resolve("data");
  }

  public Path runDir() {
    return home.resolve("run");
  }

  public Path dumpDir() {
    return home.resolve("dumps");
  }

  /** Where tests tell it to stop or fail, see io.nereid.fault. */
  public Path faultDir() {
    return home.resolve("faults");
  }

  private Path pidFile() {
    return home.resolve("daemon.pid");
  }

  private Path readyFile() {
    return home.resolve("daemon.ready");
  }

  private Path logPrefix() {
    return home.resolve("daemon");
  }

  /** Writes directories and configuration. */
  void prepare(List<String> others) throws IOException {
    for (Path directory : List.of(dataDir(), runDir(), dumpDir(), faultDir())) {
      Files.createDirectories(directory);
    }
    Files.writeString(home.resolve("nereid.yaml"), configuration(others));
  }

  private String configuration(List<String> others) {
    String join = others.stream().map(Names::address).collect(Collectors.joining(", ", "[", "]"));
    return """
    node:
      name: %s
      dataDir: %s
      runDir: %s
    cluster:
      name: %s
      host: %s
      join: %s
    network:
      bridge: %s
      subnet: %s
    criu:
      dumpPath: %s
    snapshots:
      replicas: 0
    """
        .formatted(
            node(),
            dataDir(),
            runDir(),
            names.prefix(),
            Names.address(host),
            join,
            Names.BRIDGE,
            Names.SUBNET,
            dumpDir());
  }

  /** Starts it and returns at once; it is not ready then. */
  void start() throws IOException {
    // One that was killed leaves it.
    Files.deleteIfExists(readyFile());
    List<String> argv = new ArrayList<>(List.of("sh", "-c", WRITE_ID, "sh", pidFile().toString()));
    argv.addAll(List.of("nsenter", "--net=" + Names.netnsFile(names.netns(host))));
    argv.addAll(java.daemon(home.resolve("nereid.yaml"), readyFile()));
    Map<String, String> variables = new LinkedHashMap<>(environment);
    variables.put("NEREID_FAULT_DIR", faultDir().toString());
    // glibc keeps a heap per thread otherwise, and never gives it back.
    variables.put("MALLOC_ARENA_MAX", "2");
    Outcome outcome =
        tools
            .runner()
            .run(Command.of(FORKED_WITHIN, argv).surviving(logPrefix()).withEnv(variables));
    if (!(outcome instanceof Outcome.TimedOut)) {
      throw notUp();
    }
  }

  /** Waits until it serves; a failure with its last words when it ends before. */
  public void awaitReady(Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!Files.exists(readyFile())) {
      if (process().isEmpty() || System.nanoTime() > deadline) {
        throw notUp();
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private FailureException notUp() {
    return new FailureException(
        Failure.of(FailureCode.UNREACHABLE, "the daemon of host " + host + " did not start", "")
            .withEvidence(log()));
  }

  /** Its process, when it lives. */
  public Optional<ProcessHandle> process() {
    try {
      long pid = Long.parseLong(Files.readString(pidFile()).strip());
      return ProcessHandle.of(pid).filter(ProcessHandle::isAlive);
    } catch (IOException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Ends it as a crash would, and waits until it has gone. */
  public void kill() {
    process()
        .ifPresent(process -> {
          process.destroyForcibly();
          process.onExit().join();
        });
  }

  /** Asks it to end, and waits; its containers run on. */
  public boolean stop() {
    return Sweeper.end(process().map(ProcessHandle::pid).stream().toList());
  }

  /** The last lines that it wrote. */
  public List<String> log() {
    List<String> lines = new ArrayList<>();
    for (String suffix : List.of(".out", ".err")) {
      Path file = logPrefix().resolveSibling("daemon" + suffix);
      try {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        text.lines().map(line -> host + ": " + line).forEach(lines::add);
      } catch (java.nio.file.NoSuchFileException e) {
        continue;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size());
  }
}
