package io.nereid.nymph.preflight;

import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.TargetFacts.CpuMatch;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This host's processor: its features as the kernel names them, and CRIU's word on whether it can
 * do what another one can. Blocks for a short run of CRIU; thread-safe.
 */
final class Processor {
  private static final Logger LOG = LoggerFactory.getLogger(Processor.class);
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final String IMAGE = "cpuinfo.img";
  private static final int FLAGS_MAX = 1_000;
  private final ProcessRunner runner;
  private final ProcFiles proc;
  private final Path workBase;
  private volatile String image;

  /**
   * Prepares.
   *
   * @param workBase an existing directory in which short-lived ones are made
   */
  Processor(ProcessRunner runner, ProcFiles proc, Path workBase) {
    this.runner = runner;
    this.proc = proc;
    this.workBase = workBase;
  }

  List<String> flags() {
    String info = proc.text("cpuinfo");
    String line =
        info.lines()
            .filter(l -> l.startsWith("flags") || l.startsWith("Features"))
            .findFirst()
            .orElse("");
    String words = line.substring(line.indexOf(':') + 1).strip();
    return words.isEmpty()
        ? List.of()
        : new TreeSet<>(List.of(words.split("\\s+"))).stream().limit(FLAGS_MAX).toList();
  }

  /** CRIU's description of this processor, base64; empty when CRIU gives none. */
  String image() {
    String known = image;
    if (known == null) {
      known = inDirectory(this::dump).orElse("");
      image = known;
    }
    return known;
  }

  private Optional<String> dump(Path directory) throws IOException {
    Outcome outcome = criu(directory, "dump");
    Path file = directory.resolve(IMAGE);
    if (!outcome.ok() || !Files.isRegularFile(file)) {
      LOG.info("CRIU does not describe this processor: {}", outcome);
      return Optional.empty();
    }
    String text = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    return Optional.of(text).filter(t -> t.length() <= ContainerFacts.CPU_IMAGE_CHARS_MAX);
  }

  /** Whether this processor has every instruction of the one that was described. */
  CpuMatch match(String theirs) {
    byte[] bytes;
    try {
      bytes =
          theirs.isEmpty() || theirs.length() > ContainerFacts.CPU_IMAGE_CHARS_MAX
              ? new byte[0]
              : Base64.getDecoder().decode(theirs);
    } catch (IllegalArgumentException e) {
      return CpuMatch.UNKNOWN;
    }
    if (bytes.length == 0) {
      return CpuMatch.UNKNOWN;
    }
    return inDirectory(directory -> check(directory, bytes)).orElse(CpuMatch.UNKNOWN);
  }

  private Optional<CpuMatch> check(Path directory, byte[] theirs) throws IOException {
    Files.write(directory.resolve(IMAGE), theirs);
    Outcome outcome = criu(directory, "check");
    if (outcome.ok()) {
      return Optional.of(CpuMatch.FITS);
    }
    boolean mismatch =
        outcome instanceof Outcome.Exited e && (e.stdout() + e.stderr()).contains("do not match");
    return mismatch ? Optional.of(CpuMatch.LACKS) : Optional.empty();
  }

  private Outcome criu(Path directory, String verb) {
    return runner.run(
        Command.of(LIMIT, "criu", "cpuinfo", verb, "--cpu-cap=ins", "-D", directory.toString()));
  }

  private interface Work<T> {
    Optional<T> in(Path directory) throws IOException;
  }

  private <T> Optional<T> inDirectory(Work<T> work) {
    Path directory = null;
    try {
      directory = Files.createTempDirectory(workBase, "cpu-");
      return work.in(directory);
    } catch (IOException e) {
      LOG.info("the processor is not compared: {}", e.toString());
      return Optional.empty();
    } finally {
      remove(directory);
    }
  }

  private static void remove(Path directory) {
    if (directory == null) {
      return;
    }
    try (var files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
      Files.delete(directory);
    } catch (IOException e) {
      LOG.warn("cannot remove {}: {}", directory, e.toString());
    }
  }
}
