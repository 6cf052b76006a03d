package io.nereid.launcher.bench;

import io.nereid.launcher.Version;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.process.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * On what the figures were taken.
 *
 * @param memoryBytes of the machine
 * @param filesOn type of the file system that has the images: tmpfs, ext4, …
 */
public record Machine(
    String cpu,
    int cpus,
    long memoryBytes,
    String kernel,
    String filesOn,
    String nereid,
    String java,
    String runc,
    String criu) {
  private static final String UNKNOWN = "unknown";

  static Machine here(Tools tools, Path files) {
    return new Machine(
        field(Path.of("/proc/cpuinfo"), "model name"),
        Runtime.getRuntime().availableProcessors(),
        Memory.totalBytes(),
        System.getProperty("os.version", UNKNOWN),
        fileSystem(files),
        Version.current(),
        System.getProperty("java.version", UNKNOWN),
        version(tools, "runc version ", "runc", "--version"),
        version(tools, "Version: ", "criu", "--version"));
  }

  private static String field(Path file, String name) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> line.startsWith(name))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(UNKNOWN);
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  private static String fileSystem(Path files) {
    for (Path at = files; at != null; at = at.getParent()) {
      if (Files.exists(at)) {
        try {
          return Files.getFileStore(at).type();
        } catch (IOException e) {
          return UNKNOWN;
        }
      }
    }
    return UNKNOWN;
  }

  private static String version(Tools tools, String before, String... argv) {
    Outcome outcome = tools.attempt(argv);
    return outcome instanceof Outcome.Exited exited
        ? exited
            .stdout()
            .lines()
            .filter(line -> line.startsWith(before))
            .map(line -> line.substring(before.length()).strip())
            .findFirst()
            .orElse(UNKNOWN)
        : UNKNOWN;
  }
}
