package io.nereid.nymph.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A bundle with a static busybox, as {@code runc spec} makes its configuration. */
public final class BusyboxBundle {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final SystemProcessRunner RUNNER = SystemProcessRunner.ofThisHost();

  private BusyboxBundle() {}

  /** Makes one that runs a shell script. */
  public static Path make(Path directory, String script, Consumer<ObjectNode> change)
      throws IOException {
    Path bin = Files.createDirectories(directory.resolve("rootfs/bin"));
    for (String empty : new String[] {"proc", "sys", "dev", "tmp", "etc"}) {
      Files.createDirectories(directory.resolve("rootfs").resolve(empty));
    }
    Files.writeString(directory.resolve("rootfs/etc/marker"), "from the layer\n");
    Files.copy(busybox(), bin.resolve("busybox"));
    bin.resolve("busybox").toFile().setExecutable(true);
    for (String applet :
        new String[] {
          "sh", "sleep", "cat", "echo", "id", "ls", "rm", "seq", "stty", "true", "env", "pwd",
          "kill", "head", "tail", "dd", "tr", "touch", "mkdir"
        }) {
      Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
    }
    check(RUNNER.run(Command.of(LIMIT, "runc", "spec", "--bundle", directory.toString())));
    ObjectMapper mapper = new ObjectMapper();
    Path file = directory.resolve("config.json");
    ObjectNode config = (ObjectNode) mapper.readTree(file.toFile());
    ObjectNode process = config.withObject("/process");
    process.put("terminal", false);
    process.putArray("args").add("/bin/sh").add("-c").add(script);
    config.withObject("/root").put("readonly", false);
    change.accept(config);
    Files.write(file, mapper.writeValueAsBytes(config));
    return directory;
  }

  private static Path busybox() throws IOException {
    String prefix =
        Optional.ofNullable(System.getenv("NEREID_PREFIX")).orElse("/usr/local/lib/nereid");
    for (String candidate :
        new String[] {prefix + "/demo/busybox/bin/busybox", "/bin/busybox", "/usr/bin/busybox"}) {
      if (Files.exists(Path.of(candidate))) {
        return Path.of(candidate);
      }
    }
    return download();
  }

  // Once per machine; the file is kept because the download takes seconds.
  private static Path download() throws IOException {
    Path directory = Path.of(System.getProperty("java.io.tmpdir"), "nereid-test-busybox");
    Path binary = directory.resolve("root/bin/busybox");
    if (!Files.exists(binary)) {
      Files.createDirectories(directory);
      check(
          RUNNER.run(
              Command.of(LIMIT, "apt-get", "download", "busybox-static")
                  .in(directory)
                  .withEnv(Map.of("DEBIAN_FRONTEND", "noninteractive"))));
      try (Stream<Path> files = Files.list(directory)) {
        Path deb = files.filter(f -> f.toString().endsWith(".deb")).findFirst().orElseThrow();
        check(
            RUNNER.run(
                Command.of(
                    LIMIT, "dpkg", "-x", deb.toString(), directory.resolve("root").toString())));
      }
    }
    return binary;
  }

  private static void check(Outcome outcome) {
    if (!outcome.ok()) {
      throw new IllegalStateException(outcome.toString());
    }
  }
}
