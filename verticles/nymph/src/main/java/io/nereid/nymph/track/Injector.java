package io.nereid.nymph.track;

import io.nereid.nymph.kernel.Kernel;
import io.nereid.nymph.runtime.JavaPrograms;
import io.nereid.process.ProcessLauncher;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The program that stops tasks, seen from outside. It is never killed, not even when it takes too
 * long: it ends when it can, because its input has. For one thread; blocks.
 */
final class Injector implements AutoCloseable {
  private static final int HEAP_MIB = 16;
  private static final Duration START_LIMIT = Duration.ofSeconds(20);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
  private final Process process;
  private final BufferedReader out;
  private final Writer in;

  private Injector(Process process) {
    this.process = process;
    this.out = process.inputReader(StandardCharsets.UTF_8);
    this.in = process.outputWriter(StandardCharsets.US_ASCII);
  }

  /** Starts it; fails when it says that nothing can be done here. */
  static Injector start(ProcessLauncher launcher) throws IOException {
    // A Ctrl-C at the daemon's terminal is not meant for it.
    List<String> argv = new ArrayList<>(List.of("setsid"));
    argv.addAll(JavaPrograms.command(InjectorProgram.class, HEAP_MIB, List.of()));
    Injector injector = new Injector(launcher.launch(argv, Map.of(), Optional.empty(), true));
    try {
      String first = injector.answer(START_LIMIT);
      if (!first.equals("ready")) {
        throw new IOException(first.replaceFirst("^no ", ""));
      }
      return injector;
    } catch (IOException e) {
      injector.close();
      throw e;
    }
  }

  private String answer(Duration limit) throws IOException {
    CompletableFuture<String> line = new CompletableFuture<>();
    Thread.ofVirtual()
        .name("injector-answer")
        .start(() -> {
          try {
            line.complete(out.readLine());
          } catch (IOException | UncheckedIOException e) {
            line.completeExceptionally(e);
          }
        });
    try {
      String said = line.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (said == null) {
        throw new IOException("the program that stops tasks has ended");
      }
      return said;
    } catch (TimeoutException e) {
      throw new IOException("the program that stops tasks does not answer", e);
    } catch (ExecutionException e) {
      throw new IOException("the program that stops tasks: " + e.getCause().getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void say(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
  }

  /** Says why a process could not be used; others may be. */
  static final class No extends IOException {
    private static final long serialVersionUID = 1;

    No(String why) {
      super(why);
    }
  }

  /**
   * A userfaultfd of a process.
   *
   * @throws No when it cannot be had
   * @throws IOException when the program is of no use any more
   */
  int userfault(int pid) throws IOException {
    say("track " + pid);
    String said = answer(ANSWER_LIMIT);
    if (!said.startsWith("fd ")) {
      throw new No(said.replaceFirst("^no ", ""));
    }
    int theirs = Integer.parseInt(said.substring(3));
    int fd = Kernel.descriptorOf((int) process.pid(), theirs);
    // As long as it has a copy, the process would stay registered after our end.
    say("done " + theirs);
    return fd;
  }

  @Override
  public void close() {
    try {
      in.close();
    } catch (IOException e) {
      // It has ended already.
      return;
    }
  }
}
