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
  private static final String SETTINGS = "network-lock nftables\n" + GhostLimit.SETTING + "\n";
  private static final String NO_PAGES = "ps-socket 0\n";
  private static final String OWN_RUN =
      "mount -t tmpfs -o size=1m,mode=755 nereid /run && cp \"$0\" /run/criu.kdat && exec \"$@\"";
  private static final String ASK_KERNEL =
      "mount -t tmpfs -o size=1m,mode=755 nereid /run && criu check >&2 && cp /run/criu.kdat \"$0\"";
  private final HostPaths paths;
  private final List<String> wrapper;
  private final List<String> withoutMemory;

  private CriuSetting(HostPaths paths, List<String> wrapper, List<String> withoutMemory) {
    this.paths = paths;
    this.wrapper = List.copyOf(wrapper);
    this.withoutMemory = List.copyOf(withoutMemory);
  }

  /** Writes CRIU's settings below the data directory. Blocks, for a second where /run is a disk. */
  public static CriuSetting prepare(
      HostPaths paths, ProcessRunner runner, ProgramEnvironment programs) {
    Path directory = paths.data().resolve("criu");
    Path config = directory.resolve("criu.conf");
    Path configWithoutMemory = directory.resolve("criu-without-memory.conf");
    List<String> wrapper = new ArrayList<>();
    try {
      Files.createDirectories(directory);
      DurableFile.write(config, SETTINGS.getBytes(StandardCharsets.US_ASCII));
      DurableFile.write(
          configWithoutMemory, (SETTINGS + NO_PAGES).getBytes(StandardCharsets.US_ASCII));
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
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write CRIU's settings to " + directory, e);
    }
    String env = programs.find("env").map(Path::toString).orElse("/usr/bin/env");
    return new CriuSetting(
        paths,
        with(List.of(env, "CRIU_CONFIG_FILE=" + config), wrapper),
        with(List.of(env, "CRIU_CONFIG_FILE=" + configWithoutMemory), wrapper));
  }

  private static boolean isInMemory(Path directory) throws IOException {
    return Files.getFileStore(directory).type().equals("tmpfs");
  }

  private static List<String> with(List<String> first, List<String> then) {
    List<String> all = new ArrayList<>(first);
    all.addAll(then);
    return all;
  }

  /** Words before runc's own command line. */
  public List<String> wrapper() {
    return wrapper;
  }

  /**
   * The same for a dump that leaves the memory where it is. CRIU believes that somebody fetches the
   * pages over a connection that is given to it; what is given is no connection, so it lets go of
   * the processes at once, as after a transfer that failed. They stay as frozen as they were, and
   * no socket is ever open over which somebody could read or release them.
   */
  public List<String> wrapperWithoutMemory() {
    return withoutMemory;
  }

  /** Where the logs of failed runs are kept. */
  public Path keptLogs() {
    return paths.data().resolve("criu").resolve("logs");
  }
}
