package io.nereid.launcher.daemon;

import io.nereid.config.NereidConfig;
import io.nereid.launcher.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sun.misc.Signal;

/** The life of a daemon process from its settings to its exit code. */
public final class DaemonMain {
  private DaemonMain() {}

  /**
   * Runs until the process is asked to end.
   *
   * @param readyFile appears when everything is up, and goes at the end
   * @return the exit code
   */
  public static int run(
      NereidConfig config, Map<String, String> environment, Optional<Path> readyFile)
      throws IOException, InterruptedException {
    // Before the first class of Vert.x or Netty is loaded: they read these once.
    SystemLimits.apply();
    DaemonLog.configure(config.logging());
    Logger log = LoggerFactory.getLogger(DaemonMain.class);
    CountDownLatch asked = new CountDownLatch(1);
    for (String name : new String[] {"TERM", "INT"}) {
      Signal.handle(new Signal(name), signal -> asked.countDown());
    }
    try (DaemonLock lock = DaemonLock.take(config.node());
        Daemon daemon = Daemon.start(config, environment, Version.current())) {
      String line = ReadyLine.of(config);
      log.info("{}", line);
      announce(readyFile, lock.pid() + "\n" + line + "\n");
      asked.await();
      log.info("asked to end; containers run on");
      if (readyFile.isPresent()) {
        Files.deleteIfExists(readyFile.get());
      }
    }
    log.info("ended");
    return 0;
  }

  // Whoever waits for the file must find it complete.
  private static void announce(Optional<Path> readyFile, String text) throws IOException {
    if (readyFile.isPresent()) {
      Path temporary = Path.of(readyFile.get() + ".new");
      Files.writeString(temporary, text);
      Files.move(temporary, readyFile.get(), StandardCopyOption.ATOMIC_MOVE);
    }
  }
}
