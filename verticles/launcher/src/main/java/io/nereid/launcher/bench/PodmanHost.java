package io.nereid.launcher.bench;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
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

/**
 * One host's Podman: storage, locks and settings of its own, and an image in it. Its containers use
 * the network namespace in which Podman is started, so that they find the same network at both
 * hosts. Blocks.
 */
final class PodmanHost {
  private static final String IMAGE = "nereid-bench:latest";
  private static final String LOG_FILE = "log file: ";
  private static final Duration QUICK = Duration.ofMinutes(2);
  private static final Duration SLOW = Duration.ofMinutes(15);

  /** Podman's own are above what a container inside a container may have. */
  private static final List<String> LIMITS =
      List.of("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024");

  private static final String ENGINE =
      """
      [containers]
      pids_limit = 0
      [engine]
      runtime = "wrapped"
      cgroup_manager = "cgroupfs"
      events_logger = "none"
      lock_type = "file"
      tmp_dir = "%1$s/tmp"
      static_dir = "%1$s/static"
      [engine.runtimes]
      wrapped = ["%2$s"]
      """;
  private static final String STORAGE =
      """
      [storage]
      driver = "overlay"
      graphroot = "%1$s/storage"
      runroot = "%1$s/run"
      """;
  private static final String RUNC =
      """
      #!/bin/sh
      # Made by nereid: runs of CRIU get the setting that all others of this bench have, in which /run is another.
      PATH=%1$s
      export PATH
      for word; do
        case $word in
          checkpoint | restore) exec %2$s runc --root %3$s "$@" ;;
        esac
      done
      exec runc --root %3$s "$@"
      """;
  private final Site site;
  private final Daemon daemon;
  private final Path home;

  private PodmanHost(Site site, Daemon daemon, Path home) {
    this.site = site;
    this.daemon = daemon;
    this.home = home;
  }

  /**
   * Makes one.
   *
   * @param rootfs an archive of the image's only layer
   */
  static PodmanHost make(Site site, Daemon daemon, Path rootfs) throws IOException {
    Path home = site.root().resolve("podman-" + daemon.host());
    PodmanHost host = new PodmanHost(site, daemon, home);
    site.playground()
        .making(() -> {
          Files.createDirectories(home);
          Path runc = home.resolve("runc");
          write(home.resolve("containers.conf"), ENGINE.formatted(home, runc));
          write(home.resolve("storage.conf"), STORAGE.formatted(home));
          write(
              runc,
              RUNC.formatted(
                  quoted(List.of(site.path())),
                  quoted(site.criu()),
                  quoted(List.of(home.resolve("runc-state").toString()))));
          if (!runc.toFile().setExecutable(true, true)) {
            throw new IOException("cannot make " + runc + " executable");
          }
          host.must(
              "import", QUICK, site.names().netnsPath(daemon.host()), "import", rootfs + "", IMAGE);
        });
    return host;
  }

  private static String quoted(List<String> words) {
    List<String> quoted = new ArrayList<>();
    for (String word : words) {
      quoted.add("'" + word.replace("'", "'\\''") + "'");
    }
    return String.join(" ", quoted);
  }

  private static void write(Path file, String content) throws IOException {
    Files.writeString(file, content, StandardCharsets.UTF_8);
  }

  /** Where a container's archive is, alone in a directory. */
  Path archive(String name) {
    return home.resolve("archives").resolve(name).resolve("checkpoint.tar");
  }

  Daemon daemon() {
    return daemon;
  }

  void start(Path netns, String name, List<String> program) {
    List<String> words = new ArrayList<>(List.of("run", "--detach", "--name", name));
    words.addAll(List.of("--network", "host", "--workdir", "/data"));
    words.addAll(List.of("--cgroup-parent", "/nereid-" + daemon.node() + "-bare"));
    words.addAll(LIMITS);
    words.add(IMAGE);
    words.addAll(program);
    site.playground()
        .making(() -> {
          Files.createDirectories(archive(name).getParent());
          must("run", QUICK, netns, words.toArray(String[]::new));
        });
  }

  /** Dumps it into its archive; it does not run any more when this returns. */
  void checkpoint(Path netns, String name) {
    must(
        "checkpoint",
        SLOW,
        netns,
        "container",
        "checkpoint",
        "--tcp-established",
        "--compress",
        "none",
        "--export",
        archive(name).toString(),
        name);
  }

  void restore(Path netns, String name) {
    must(
        "restore",
        SLOW,
        netns,
        "container",
        "restore",
        "--tcp-established",
        "--import",
        archive(name).toString());
  }

  /** Removes a container in whatever state it is. */
  void remove(String name) {
    site.tools()
        .attempt(
            argv(site.names().netnsPath(daemon.host()), "rm", "--force", "--time", "0", name)
                .toArray(String[]::new));
    site.tools().attempt("rm", "-rf", "--one-file-system", archive(name).getParent().toString());
  }

  private List<String> argv(Path netns, String... words) {
    List<String> argv = new ArrayList<>(List.of("nsenter", "--net=" + netns, "env"));
    argv.add("CONTAINERS_CONF=" + home.resolve("containers.conf"));
    argv.add("CONTAINERS_STORAGE_CONF=" + home.resolve("storage.conf"));
    argv.add("PATH=" + site.path());
    argv.add("podman");
    argv.addAll(List.of(words));
    return argv;
  }

  private static List<String> evidence(Outcome outcome) {
    if (!(outcome instanceof Outcome.Exited exited)) {
      return List.of(outcome.toString());
    }
    List<String> evidence = new ArrayList<>();
    for (String line : exited.stderr().lines().toList()) {
      int log = line.indexOf(LOG_FILE);
      if (log < 0) {
        evidence.add(line);
      } else {
        Path file = Path.of(line.substring(log + LOG_FILE.length()).strip());
        evidence.addAll(BareHost.last(file, "Error ("));
      }
    }
    return evidence;
  }

  private void must(String what, Duration limit, Path netns, String... words) {
    if (site.playground().isClosed()) {
      throw new FailureException(
          Failure.refused(FailureCode.CANCELLED, "the bench is being removed", ""));
    }
    Command command =
        Command.of(limit, argv(netns, words)).surviving(home.resolve("podman-" + what));
    Outcome outcome = site.tools().runner().run(command);
    if (!outcome.ok()) {
      List<String> evidence = evidence(outcome);
      throw new FailureException(
          Failure.of(
                  FailureCode.RUNTIME_FAILED,
                  "podman's " + what + " failed on host " + daemon.host(),
                  "")
              .withEvidence(evidence));
    }
  }
}
