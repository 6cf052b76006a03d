package io.nereid.nymph.criu;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.runtime.PidFile;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Holds CRIU back at its very beginning, with everything that runc does before it done, until it is
 * told to go on: so that a frozen container does not wait for programs to start.
 *
 * <p>In CRIU's place in the search path is a script that waits at a named pipe. Only this process
 * can write to it. When it closes the pipe, or ends for whatever reason, the script ends with an
 * error instead of starting CRIU. Thread-safe.
 */
public final class Gate implements AutoCloseable {
  private static final Duration MAKE_LIMIT = Duration.ofSeconds(10);
  private static final String VARIABLE = "NEREID_GATE";

  /**
   * Holds nothing but the run that does the work: runc asks for the version on other descriptors
   * than its own third. The limit is for a daemon that dies before the script opens the pipe.
   */
  private static final String SCRIPT =
      """
      #!/bin/sh
      # Made by nereid: starts CRIU when the daemon says so.
      programs=${PATH%%:*}
      PATH=${PATH#*:}
      if [ "$1/$2" = swrk/3 ]; then
        if [ -e "$NEREID_GATE.go" ]; then
          read -r answer < "$NEREID_GATE.go"
        else
          echo $$ > "$NEREID_GATE.held"
          answer=$(timeout 900 head -n 1 "$NEREID_GATE")
        fi
        case $answer in
          go | "go "*) ;;
          *) exit 1 ;;
        esac
        case $answer in
          "go plain"*) PATH=$programs/plain:$PATH ;;
        esac
        case $answer in
          *" with "*) CRIU_CONFIG_FILE=${answer#* with }; export CRIU_CONFIG_FILE ;;
        esac
      fi
      exec criu "$@"
      """;

  /** CRIU starts it for each tmpfs. */
  private static final String TAR =
      """
      #!/bin/sh
      # Made by nereid: tar without compression, where both sides know of it.
      PATH=${PATH#*:}
      for word; do
        shift
        [ "$word" = --gzip ] || set -- "$@" "$word"
      done
      exec tar "$@"
      """;

  private final Path pipe;
  private final Path programs;
  private final FileChannel channel;

  private Gate(Path pipe, Path programs, FileChannel channel) {
    this.pipe = pipe;
    this.programs = programs;
    this.channel = channel;
  }

  /** Writes the scripts into a directory of their own, once per start. */
  static void writeScripts(Path programs) throws IOException {
    write(programs.resolve("criu"), SCRIPT);
    write(programs.resolve("plain").resolve("tar"), TAR);
  }

  private static void write(Path script, String content) throws IOException {
    Files.createDirectories(script.getParent());
    Files.writeString(script, content, StandardCharsets.US_ASCII);
    if (!script.toFile().setExecutable(true, true)) {
      throw new IOException("cannot make " + script + " executable");
    }
  }

  /**
   * Makes a closed gate.
   *
   * @param pipe a path that does not exist yet; files beside it begin with its name
   * @throws FailureException when the pipe cannot be made
   */
  static Gate make(Path pipe, Path programs, ProcessRunner runner) {
    Outcome made =
        runner.run(Command.of(MAKE_LIMIT, List.of("mkfifo", "-m", "600", pipe.toString())));
    try {
      if (!made.ok()) {
        throw new IOException(made.toString());
      }
      // For reading, too: otherwise opening it would wait for the other side.
      FileChannel channel =
          FileChannel.open(pipe, StandardOpenOption.READ, StandardOpenOption.WRITE);
      return new Gate(pipe, programs, channel);
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.INTERNAL, "cannot make the pipe " + pipe + ": " + e, ""), e);
    }
  }

  /** Settings of the environment of a run that is to be held. */
  List<String> environment(String searchPath) {
    return List.of(VARIABLE + "=" + pipe, "PATH=" + programs + ":" + searchPath);
  }

  private Path beside(String suffix) {
    return pipe.resolveSibling(pipe.getFileName() + suffix);
  }

  /** Whether CRIU would be at work by now, if it were not held. */
  public boolean holds() {
    return beside(".held").toFile().length() > 0;
  }

  /**
   * Waits until it holds somebody.
   *
   * @param over true when nobody will come any more
   */
  public boolean awaitHeld(DirectoryWatch watch, BooleanSupplier over, Duration limit) {
    watch.await(pipe.getParent(), () -> holds() || over.getAsBoolean(), limit);
    return holds();
  }

  /** The process that is held; empty when nobody is. */
  Optional<Integer> held() {
    return PidFile.number(beside(".held"));
  }

  /** Has whoever is held write less into its log, where that is possible. */
  public void quieten() {
    held().ifPresent(HeldRequest::quieten);
  }

  /**
   * Lets it begin.
   *
   * @param plain whether the content of a tmpfs is not compressed
   */
  public void open(boolean plain) {
    open(plain ? "go plain" : "go");
  }

  /** The same with other settings than those of its environment. */
  void openWith(Path settings, boolean plain) {
    open((plain ? "go plain" : "go") + " with " + settings);
  }

  private void open(String answer) {
    try {
      // Both for whoever waits and for those who come later.
      byte[] line = (answer + "\n").getBytes(StandardCharsets.UTF_8);
      Files.write(beside(".go"), line, StandardOpenOption.CREATE_NEW);
      channel.write(ByteBuffer.wrap(line));
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.INTERNAL, "cannot write to " + pipe + ": " + e, ""), e);
    }
  }

  /** Whoever is held by now ends with an error; whoever was let through goes on. Idempotent. */
  @Override
  public void close() {
    try {
      // First, so that nobody opens a pipe that has no other end any more, and waits there.
      Files.deleteIfExists(pipe);
      channel.close();
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(FailureCode.INTERNAL, "cannot close " + pipe + ": " + e, ""), e);
    }
  }
}
