package io.nereid.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.demo.playground.ContainerPort;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One container's place on one host, for the bare runtime: a bundle, a namespace for its network,
 * directories for images. The same container has such a place on both hosts. Blocks.
 */
final class BareHost {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration QUICK = Duration.ofSeconds(30);

  // A dump of memory onto a slow disk; never interrupted, because CRIU would leave ruins.
  private static final Duration SLOW = Duration.ofMinutes(15);
  private static final int LINES_SHOWN = 12;

  // Constants; what varies is in their arguments. A container's output must not be a file of ours.
  private static final String SILENT = "exec \"$@\" </dev/null >/dev/null 2>&1";
  private static final String SILENT_WITH_STATUS = "exec 3>\"$0\"; " + SILENT;
  private final Site site;
  private final Daemon daemon;
  private final ContainerPort port;
  private final Path home;
  private final String id;

  private BareHost(Site site, Daemon daemon, ContainerPort port, Path home, String id) {
    this.site = site;
    this.daemon = daemon;
    this.port = port;
    this.home = home;
    this.id = id;
  }

  /** Makes everything, not plugged into the segment, nothing started. */
  static BareHost make(Site site, Daemon daemon, int number) throws IOException {
    BareHost[] made = {null};
    site.playground()
        .making(() -> {
          Path home = site.root().resolve(daemon.host() + number);
          Files.createDirectories(home);
          ContainerPort port =
              ContainerPort.make(
                  site.tools(), site.names(), daemon, number, address(number), mac(number));
          made[0] = new BareHost(site, daemon, port, home, site.names() + "-ct" + number);
          for (Path directory : List.of(made[0].images(), made[0].work())) {
            Files.createDirectories(directory);
          }
          made[0].adapt(site.bundles().redis(made[0].bundle()));
        });
    return made[0];
  }

  static String address(int number) {
    return "10.88.200." + number;
  }

  static String mac(int number) {
    return "02:42:0a:58:c8:%02x".formatted(number);
  }

  /** The namespace of this host, and a cgroup by which a sweep finds it. */
  private void adapt(Path bundle) throws IOException {
    Path file = bundle.resolve("config.json");
    ObjectNode config = (ObjectNode) JSON.readTree(Files.readAllBytes(file));
    // The same on both hosts: it moves along.
    config.put("hostname", "bench");
    ObjectNode linux = (ObjectNode) config.get("linux");
    linux.put("cgroupsPath", "/nereid-" + daemon.node() + "-bare/" + id);
    for (JsonNode namespace : linux.get("namespaces")) {
      if (namespace.path("type").asText().equals("network")) {
        ((ObjectNode) namespace).put("path", port.file().toString());
      }
    }
    Files.write(file, JSON.writeValueAsBytes(config));
  }

  ContainerPort port() {
    return port;
  }

  Path bundle() {
    return home.resolve("bundle");
  }

  Path images() {
    return home.resolve("images");
  }

  Path work() {
    return home.resolve("work");
  }

  private Path log() {
    return home.resolve("runc.log");
  }

  private List<String> runc(String... words) {
    List<String> argv = new ArrayList<>(List.of("runc", "--root", home.resolve("runc").toString()));
    argv.addAll(List.of("--log", log().toString()));
    argv.addAll(List.of(words));
    return argv;
  }

  void start() {
    List<String> argv = new ArrayList<>(List.of("sh", "-c", SILENT, "sh"));
    argv.addAll(runc("run", "--detach", "--bundle", bundle().toString(), id));
    site.playground().making(() -> must("start", Command.of(QUICK, argv), ""));
  }

  void freeze() {
    must("freeze", Command.of(QUICK, runc("pause", id)), "");
  }

  /** Dumps it; the program has let go of it when this returns. */
  void checkpoint(String... options) {
    List<String> argv = new ArrayList<>(site.criu());
    argv.addAll(runc("checkpoint"));
    places(argv);
    argv.addAll(List.of(options));
    argv.add(id);
    must("checkpoint", Command.of(SLOW, argv).surviving(home.resolve("checkpoint")), "dump.log");
  }

  /** Dumps it and serves its memory to the other host; returns when that has all of it. */
  void checkpointLazily(Path status, int pageServer) {
    List<String> argv =
        new ArrayList<>(List.of("nsenter", "--net=" + site.names().netnsPath(daemon.host())));
    argv.addAll(site.criu());
    argv.addAll(List.of("sh", "-c", SILENT_WITH_STATUS, status.toString()));
    argv.addAll(runc("checkpoint", "--lazy-pages", "--status-fd", "3"));
    argv.addAll(List.of("--page-server", "0.0.0.0:" + pageServer));
    places(argv);
    argv.add(id);
    must(
        "lazy checkpoint",
        Command.of(SLOW, argv).surviving(home.resolve("checkpoint")),
        "dump.log");
  }

  /** Begins to fetch memory from the other host, when a restore asks for it. */
  void fetchLazily(String address, int pageServer, Path pidFile) {
    List<String> argv =
        new ArrayList<>(List.of("nsenter", "--net=" + site.names().netnsPath(daemon.host())));
    argv.addAll(site.criu());
    argv.addAll(List.of("criu", "lazy-pages", "--daemon", "--pidfile", pidFile.toString()));
    argv.addAll(List.of("--images-dir", images().toString(), "--work-dir", work().toString()));
    argv.addAll(List.of("--page-server", "--address", address, "--port", pageServer + ""));
    argv.addAll(List.of("--log-file", "lazy-pages.log", "-v1"));
    Command command = Command.of(QUICK, argv).surviving(home.resolve("lazy-pages"));
    site.playground().making(() -> must("lazy pages", command, "lazy-pages.log"));
  }

  void restore(String... options) {
    List<String> argv = new ArrayList<>(site.criu());
    argv.addAll(List.of("sh", "-c", SILENT, "sh"));
    argv.addAll(runc("restore", "--detach", "--bundle", bundle().toString()));
    places(argv);
    argv.addAll(List.of(options));
    argv.add(id);
    Command command = Command.of(SLOW, argv).surviving(home.resolve("restore"));
    must("restore", command, "restore.log");
  }

  private void places(List<String> argv) {
    argv.addAll(List.of("--image-path", images().toString(), "--work-path", work().toString()));
    argv.add("--tcp-established");
  }

  /** Removes it in whatever state it is. */
  void remove() {
    site.tools().attempt(runc("delete", "--force", id).toArray(String[]::new));
    port.remove();
    site.tools().attempt("rm", "-rf", "--one-file-system", home.toString());
  }

  private void must(String what, Command command, String criuLog) {
    if (site.playground().isClosed()) {
      throw new FailureException(
          Failure.refused(FailureCode.CANCELLED, "the bench is being removed", ""));
    }
    Outcome outcome = site.tools().runner().run(command);
    if (outcome.ok()) {
      return;
    }
    List<String> evidence = new ArrayList<>();
    switch (outcome) {
      case Outcome.Exited e -> evidence.addAll(e.stderr().lines().toList());
      case Outcome.TimedOut t -> evidence.add("no end within " + t.limit());
      case Outcome.NotStarted n -> evidence.add(n.reason());
    }
    evidence.addAll(last(log(), ""));
    if (!criuLog.isEmpty()) {
      evidence.addAll(last(work().resolve(criuLog), "Error ("));
    }
    throw new FailureException(
        Failure.of(FailureCode.RUNTIME_FAILED, what + " failed on host " + daemon.host(), "")
            .withEvidence(evidence));
  }

  /** The last lines of a file that have something in them. */
  static List<String> last(Path file, String with) {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      List<String> chosen = lines.filter(line -> line.contains(with)).toList();
      return chosen.subList(Math.max(0, chosen.size() - LINES_SHOWN), chosen.size());
    } catch (IOException e) {
      return List.of();
    }
  }
}
