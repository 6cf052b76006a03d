package io.nereid.e2e;

import static org.awaitility.Awaitility.await;

import io.nereid.launcher.demo.playground.Daemon;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Tells a daemon to stop or to fail at a named point, see io.nereid.fault. */
final class Faults {
  private static final Duration REACHED_WITHIN = Duration.ofSeconds(30);

  private Faults() {}

  static void hold(Daemon daemon, String point) throws IOException {
    Files.writeString(daemon.faultDir().resolve(point), "hold");
  }

  static void fail(Daemon daemon, String point) throws IOException {
    Files.writeString(daemon.faultDir().resolve(point), "fail");
  }

  static void awaitReached(Daemon daemon, String point) {
    Path reached = daemon.faultDir().resolve(point + ".reached");
    await("reaches " + point).atMost(REACHED_WITHIN).until(() -> Files.exists(reached));
  }

  /** Everything goes on. */
  static void clear(Daemon daemon) throws IOException {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(daemon.faultDir())) {
      for (Path file : files) {
        Files.delete(file);
      }
    }
  }
}
