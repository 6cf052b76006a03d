package io.nereid.nymph.criu;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.explain.Explanation;
import io.nereid.nymph.criu.image.HollowParent;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.runtime.Runc;
import io.nereid.nymph.runtime.RuntimeFailures;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Dumps containers and explains what went wrong with dumps and restores. A run is never killed:
 * past its deadline it goes on, and the failure is UNKNOWN. Blocks.
 */
public final class Checkpointer {
  private static final String PARENT = "parent";
  private final ProcessRunner runner;
  private final Runc runc;
  private final CriuSetting setting;
  private final DirectoryWatch watch;
  private final Duration deadline;

  public Checkpointer(
      ProcessRunner runner,
      Runc runc,
      CriuSetting setting,
      DirectoryWatch watch,
      Duration deadline) {
    this.runner = runner;
    this.runc = runc;
    this.setting = setting;
    this.watch = watch;
    this.deadline = deadline;
  }

  /** Options that dump and restore must agree on. */
  public static List<String> options(boolean tcpEstablished) {
    List<String> options = new ArrayList<>(List.of("--file-locks"));
    if (tcpEstablished) {
      options.add("--tcp-established");
    }
    return options;
  }

  /**
   * Dumps a container that is frozen and leaves it so.
   *
   * @param directory gets {@code images} and {@code work}
   * @return where the images are
   */
  public Path dump(ContainerId id, Path directory, boolean tcpEstablished) {
    makeDirectories(directory, "images", "work");
    Outcome outcome = run(setting.wrapper(), List.of(), id, directory, tcpEstablished, deadline);
    if (!outcome.ok()) {
      Path log = directory.resolve("work").resolve("dump.log");
      throw explain("checkpoint of container " + id, outcome, log, id);
    }
    return directory.resolve("images");
  }

  private Outcome run(
      List<String> wrapper,
      List<String> more,
      ContainerId id,
      Path directory,
      boolean tcpEstablished,
      Duration limit) {
    Path images = directory.resolve("images");
    Path work = directory.resolve("work");
    List<String> argv = new ArrayList<>(wrapper);
    argv.addAll(runc.argv("checkpoint", "--leave-running"));
    argv.addAll(more);
    argv.addAll(List.of("--image-path", images.toString(), "--work-path", work.toString()));
    argv.addAll(options(tcpEstablished));
    argv.add(id.value());
    return runner.run(Command.of(limit, argv).surviving(directory.resolve("checkpoint")));
  }

  private static void makeDirectories(Path directory, String... names) {
    try {
      for (String name : names) {
        Files.createDirectories(directory.resolve(name));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make directories below " + directory, e);
    }
  }

  /**
   * Prepares a dump of everything but the memory, while the container runs. When it is fired, the
   * container must be frozen, and stays so. Firing throws a failure of certainty UNKNOWN when CRIU
   * has not ended within the limit.
   *
   * @param directory gets {@code images} and {@code work}
   */
  public ArmedDump arm(ContainerId id, Path directory, boolean tcpEstablished) {
    makeDirectories(directory, "images", "work", PARENT);
    Gate gate = setting.gate(directory.resolve("gate"));
    Optional<List<String>> incremental = setting.wrapperOfIncremental(gate);
    List<String> wrapper = incremental.orElseGet(() -> setting.wrapperWithoutMemory(gate));
    List<String> more =
        incremental.isPresent()
            ? List.of("--parent-path", "../" + PARENT)
            : List.of("--lazy-pages");
    Duration limit = deadline.plus(ArmedDump.KEEPS);
    return ArmedDump.begin(
        gate,
        setting.offTheNetwork(incremental.isPresent()),
        () -> run(wrapper, more, id, directory, tcpEstablished, limit),
        ids -> {
          if (incremental.isPresent()) {
            HollowParent.write(directory.resolve(PARENT), ids);
          }
        },
        outcome -> whyMemoryWasNotLeftOut(id, directory, outcome, incremental.isPresent()),
        watch);
  }

  private Optional<String> whyMemoryWasNotLeftOut(
      ContainerId id, Path directory, Outcome outcome, boolean incremental) {
    Path log = directory.resolve("work").resolve("dump.log");
    if (outcome instanceof Outcome.TimedOut) {
      throw explain("checkpoint of container " + id, outcome, log, id);
    }
    if (!(incremental ? outcome.ok() : CriuLog.leftMemoryOut(log))) {
      String cause = CriuLog.explain(log).error();
      return Optional.of(cause.isEmpty() ? outcome.toString() : cause);
    }
    return incremental ? whyStillLinked(directory.resolve("images")) : Optional.empty();
  }

  private static Optional<String> whyStillLinked(Path images) {
    try {
      // CRIU's link to the parent: the real one is known only where everything has arrived.
      Files.deleteIfExists(images.resolve(PARENT));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of("its link to the parent stays: " + e.getMessage());
    }
  }

  /** A failure of CRIU with its own reason, the log kept. */
  public FailureException explain(String doing, Outcome outcome, Path log, ContainerId id) {
    Failure plain =
        RuntimeFailures.of(FailureCode.CRIU_FAILED, doing, outcome, "", List.of()).failure();
    return new FailureException(explain(doing, plain, log, id));
  }

  /** The same for a failure that came from elsewhere. */
  public Failure explain(String doing, Failure plain, Path log, ContainerId id) {
    Explanation explanation = CriuLog.explain(log);
    List<String> evidence = new ArrayList<>(plain.evidence());
    explanation.excerpt().forEach(line -> evidence.add(log.getFileName() + ": " + line));
    String name = id.value().substring(0, 12) + "-" + System.nanoTime() + "-" + log.getFileName();
    CriuLog.keep(log, setting.keptLogs(), name).ifPresent(kept -> evidence.add("kept: " + kept));
    if (explanation.error().isEmpty()) {
      // CRIU had not got as far as that, so runc's own words are all there is.
      return plain.withEvidence(evidence);
    }
    evidence.removeIf(line -> line.startsWith(Explanation.EVIDENCE));
    String title = explanation.known().map(cause -> cause.title() + "; ").orElse("");
    Failure failure =
        new Failure(
            plain.certainty() == Certainty.UNKNOWN ? plain.code() : FailureCode.CRIU_FAILED,
            plain.certainty(),
            doing + ": " + title + "CRIU says: " + explanation.error(),
            "the cause is not a known one; read the log that was kept on the host",
            evidence);
    return explanation.onto(failure);
  }

  /**
   * A closed gate for a restore.
   *
   * @param pipe a path that does not exist yet
   */
  public Gate gate(Path pipe) {
    return setting.gate(pipe);
  }

  /**
   * Words before runc's own command line of a restore that is held at a gate.
   *
   * @param closeConnections whether established TCP connections are restored as closed ones
   */
  public List<String> wrapper(Gate gate, boolean closeConnections) {
    return closeConnections ? setting.wrapperClosingConnections(gate) : setting.wrapper(gate);
  }

  /** How long a restore may take. */
  public Duration deadline() {
    return deadline;
  }
}
