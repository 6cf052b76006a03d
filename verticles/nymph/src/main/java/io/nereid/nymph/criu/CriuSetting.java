package io.nereid.nymph.criu;

import io.nereid.domain.preflight.GhostLimit;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import io.nereid.process.ProgramEnvironment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every run of runc that uses CRIU is wrapped in.
 *
 * <ul>
 *   <li>A mount namespace of its own: what a failed restore leaves mounted ends with the run and
 *       cannot be reached by a deletion.
 *   <li>CRIU's settings by environment: given in the file that runc hands over, {@code
 *       network-lock} crashes CRIU before 4.2.
 *   <li>Where /run is not in memory, CRIU asks the kernel for everything again in each run, which
 *       costs more than the dump of a small container. There the run gets a /run of its own with
 *       the answers of this boot.
 * </ul>
 */
public final class CriuSetting {
  private static final Logger LOG = LoggerFactory.getLogger(CriuSetting.class);
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final String LOCKED = "network-lock nftables\n";
  private static final String UNLOCKED = "network-lock skip\n";
  private static final String SETTINGS = GhostLimit.SETTING + "\n";
  private static final String CONFIG = "criu.conf";
  private static final String CONFIG_CLOSING = "criu-tcp-close.conf";
  private static final String CLOSE_TCP = "tcp-close\n";
  private static final String CONFIG_WITHOUT_MEMORY = "criu-without-memory.conf";
  private static final String OFF_THE_NETWORK = "-off-the-network";
  private static final String GATE = "gate";
  private static final String NO_PAGES = "ps-socket 0\n";
  private static final String OWN_RUN =
      "mount -t tmpfs -o size=1m,mode=755 nereid /run && cp \"$0\" /run/criu.kdat && exec \"$@\"";
  private static final String ASK_KERNEL =
      "mount -t tmpfs -o size=1m,mode=755 nereid /run && criu check >&2 && cp /run/criu.kdat \"$0\"";
  private final HostPaths paths;
  private final ProcessRunner runner;
  private final ProgramEnvironment programs;
  private final List<String> wrapper;
  private final Optional<List<String>> believe;

  private CriuSetting(
      HostPaths paths,
      ProcessRunner runner,
      ProgramEnvironment programs,
      List<String> wrapper,
      Optional<List<String>> believe) {
    this.paths = paths;
    this.runner = runner;
    this.programs = programs;
    this.wrapper = List.copyOf(wrapper);
    this.believe = believe;
  }

  /** Writes CRIU's settings below the data directory. Blocks, for a second where /run is a disk. */
  public static CriuSetting prepare(
      HostPaths paths, ProcessRunner runner, ProgramEnvironment programs) {
    Path directory = paths.data().resolve("criu");
    List<String> wrapper = new ArrayList<>();
    Optional<List<String>> believe;
    try {
      Files.createDirectories(directory);
      write(directory, CONFIG, "");
      write(directory, CONFIG_WITHOUT_MEMORY, NO_PAGES);
      write(directory, CONFIG_CLOSING, CLOSE_TCP);
      Gate.writeScripts(directory.resolve(GATE));
      List<String> apart = List.of("unshare", "--mount", "--propagation", "slave");
      wrapper.addAll(apart);
      if (!isInMemory(Path.of("/run")) && !paths.run().startsWith("/run")) {
        Path answers = directory.resolve("criu.kdat");
        Files.deleteIfExists(answers);
        List<String> ask = new ArrayList<>(apart);
        ask.addAll(List.of("sh", "-c", ASK_KERNEL, answers.toString()));
        Outcome asked = runner.run(Command.of(LIMIT, ask));
        if (asked.ok() && Files.isRegularFile(answers)) {
          wrapper.addAll(List.of("sh", "-c", OWN_RUN, answers.toString()));
        } else {
          LOG.warn("/run is not in memory, so each run of CRIU begins slowly: {}", asked);
        }
      }
      believe = UntrackedMemory.prepare(directory, wrapper, runner);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write CRIU's settings to " + directory, e);
    }
    return new CriuSetting(paths, runner, programs, wrapper, believe);
  }

  private static void write(Path directory, String name, String more) throws IOException {
    String both = SETTINGS + more;
    DurableFile.write(directory.resolve(name), (LOCKED + both).getBytes(StandardCharsets.US_ASCII));
    DurableFile.write(
        directory.resolve(name + OFF_THE_NETWORK),
        (UNLOCKED + both).getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean isInMemory(Path directory) throws IOException {
    return Files.getFileStore(directory).type().equals("tmpfs");
  }

  private List<String> words(String config, List<String> environment) {
    List<String> all = new ArrayList<>();
    all.add(programs.find("env").map(Path::toString).orElse("/usr/bin/env"));
    all.add("CRIU_CONFIG_FILE=" + paths.data().resolve("criu").resolve(config));
    all.addAll(environment);
    all.addAll(wrapper);
    return all;
  }

  /** Words before runc's own command line. */
  public List<String> wrapper() {
    return words(CONFIG, List.of());
  }

  /** The same for a run that is held at a gate. */
  List<String> wrapper(Gate gate) {
    return words(CONFIG, environment(gate));
  }

  private List<String> environment(Gate gate) {
    return gate.environment(programs.variables().get("PATH"));
  }

  /**
   * A closed gate.
   *
   * @param pipe a path that does not exist yet
   */
  Gate gate(Path pipe) {
    return Gate.make(pipe, paths.data().resolve("criu").resolve(GATE), runner);
  }

  /**
   * The same for a dump that leaves the memory where it is. CRIU believes that somebody fetches the
   * pages over a connection that is given to it; what is given is no connection, so it lets go of
   * the processes at once, as after a transfer that failed. They stay as frozen as they were, and
   * no socket is ever open over which somebody could read or release them.
   */
  List<String> wrapperWithoutMemory(Gate gate) {
    return words(CONFIG_WITHOUT_MEMORY, environment(gate));
  }

  /**
   * Settings for a dump that is prepared, of a container that nothing can reach any more.
   *
   * @param incremental which of the two kinds it is
   */
  Path offTheNetwork(boolean incremental) {
    String name = incremental ? CONFIG : CONFIG_WITHOUT_MEMORY;
    return paths.data().resolve("criu").resolve(name + OFF_THE_NETWORK);
  }

  /**
   * For a restore in which established TCP connections are closed: their other ends have gone on,
   * or belong to another address.
   */
  List<String> wrapperClosingConnections(Gate gate) {
    return words(CONFIG_CLOSING, environment(gate));
  }

  /**
   * The same for an incremental dump that finds all memory in its parent; empty where CRIU does not
   * make such dumps, or they would not leave it out.
   */
  Optional<List<String>> wrapperOfIncremental(Gate gate) {
    return believe.map(more -> {
      List<String> words = new ArrayList<>(wrapper(gate));
      words.addAll(more);
      return words;
    });
  }

  /** Where the logs of failed runs are kept. */
  public Path keptLogs() {
    return paths.data().resolve("criu").resolve("logs");
  }
}
