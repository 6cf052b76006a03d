package io.nereid.process;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs programs of this host. Safe for any number of threads. */
public final class SystemProcessRunner implements ProcessRunner, ProcessLauncher {
  /** A grandchild may hold a pipe long after its parent has ended; output is not waited for. */
  private static final Duration OUTPUT_GRACE = Duration.ofMillis(500);

  private static final Duration KILLED_GRACE = Duration.ofSeconds(2);

  /** A constant; what varies is in its arguments. */
  private static final String OPEN_TERMINAL = "exec \"$@\" <\"$0\" >\"$0\" 2>&1";

  private static final Path NOTHING = Path.of("/dev/null");
  private final ProgramEnvironment environment;

  public SystemProcessRunner(ProgramEnvironment environment) {
    this.environment = environment;
  }

  /** With the search path of this process's environment. */
  public static SystemProcessRunner ofThisHost() {
    return new SystemProcessRunner(ProgramEnvironment.from(System.getenv()));
  }

  @Override
  public Outcome run(Command command) {
    long began = System.nanoTime();
    Process process;
    Capture capture;
    try {
      ProcessBuilder builder = builder(command);
      redirect(command, builder);
      process = builder.start();
      capture = Capture.of(command, process);
    } catch (IOException | UncheckedIOException e) {
      return new Outcome.NotStarted(command.argv(), e.getMessage());
    }
    feed(process, command.stdin());
    boolean ended = waitFor(process, command.deadline());
    if (ended) {
      Duration took = Duration.ofNanos(System.nanoTime() - began);
      capture.await(OUTPUT_GRACE);
      return new Outcome.Exited(
          command.argv(), process.exitValue(), capture.stdout(), capture.stderr(), took);
    }
    boolean kill = command.onDeadline() == Command.OnDeadline.KILL_TREE;
    boolean killed = kill && ProcessTree.kill(process.toHandle());
    if (killed) {
      killed = waitFor(process, KILLED_GRACE);
      capture.await(OUTPUT_GRACE);
    }
    return new Outcome.TimedOut(
        command.argv(), command.deadline(), killed, capture.stdout(), capture.stderr());
  }

  @Override
  public Process launch(
      List<String> argv, Map<String, String> more, Optional<Path> terminal, boolean stdin)
      throws IOException {
    if (terminal.isEmpty()) {
      ProcessBuilder builder = builder(List.of(), argv, more);
      if (!stdin) {
        builder.redirectInput(NOTHING.toFile());
      }
      return builder.start();
    }
    // Opened by a shell, because opening it ourselves could make it our own controlling terminal;
    // setsid makes it the program's, so that a new size is signalled to it.
    List<String> wrapper =
        List.of("sh", "-c", OPEN_TERMINAL, terminal.get().toString(), "setsid", "--ctty");
    ProcessBuilder builder = builder(wrapper, argv, more);
    builder.redirectInput(NOTHING.toFile());
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    return builder.start();
  }

  private ProcessBuilder builder(Command command) throws IOException {
    // In a session of its own: a Ctrl-C at the daemon's terminal must not reach what survives us.
    boolean survives = command.onDeadline() == Command.OnDeadline.LEAVE;
    List<String> wrapper = survives ? List.of("setsid") : List.of();
    ProcessBuilder builder = builder(wrapper, command.argv(), command.env());
    command.cwd().ifPresent(directory -> builder.directory(directory.toFile()));
    return builder;
  }

  // The JDK looks a program up in its own PATH, not in the one that the program gets.
  private ProcessBuilder builder(List<String> wrapper, List<String> argv, Map<String, String> more)
      throws IOException {
    List<String> resolved = new ArrayList<>(resolved(wrapper));
    resolved.addAll(resolved(argv));
    ProcessBuilder builder = new ProcessBuilder(resolved);
    builder.environment().clear();
    builder.environment().putAll(environment.variables());
    builder.environment().putAll(more);
    return builder;
  }

  private List<String> resolved(List<String> argv) throws IOException {
    if (argv.isEmpty()) {
      return argv;
    }
    Path program =
        environment
            .find(argv.getFirst())
            .orElseThrow(
                () -> new IOException("no program '" + argv.getFirst() + "' in " + searched()));
    List<String> resolved = new ArrayList<>(argv);
    resolved.set(0, program.toString());
    return resolved;
  }

  private String searched() {
    return environment.variables().get("PATH");
  }

  private static void redirect(Command command, ProcessBuilder builder) throws IOException {
    if (command.stdin().length == 0) {
      builder.redirectInput(NOTHING.toFile());
    }
    if (command.outputTo().isPresent()) {
      Path prefix = command.outputTo().get();
      Files.createDirectories(prefix.toAbsolutePath().getParent());
      builder.redirectOutput(Capture.out(prefix).toFile());
      builder.redirectError(Capture.err(prefix).toFile());
    }
  }

  private static void feed(Process process, byte[] input) {
    if (input.length == 0) {
      return;
    }
    Thread.ofPlatform()
        .daemon()
        .name("process-input")
        .start(() -> {
          try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input);
          } catch (IOException e) {
            // A program may end without reading all of its input; its exit code tells.
            return;
          }
        });
  }

  private static boolean waitFor(Process process, Duration limit) {
    try {
      return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
