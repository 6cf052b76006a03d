package io.nereid.launcher.bench;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.demo.DemoLog;
import io.nereid.launcher.demo.playground.JavaProgram;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.launcher.render.Figures;
import io.nereid.process.ProgramEnvironment;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/** A playground for one bench, which is gone afterwards whatever happens. */
final class BenchGround implements AutoCloseable {
  // Images at both ends, what is retained of them, and the container that is restored.
  private static final int COPIES = 4;
  private static final long SPARE_BYTES = 1L << 30;
  private static final Path MEMORY_FILES = Path.of("/dev/shm");
  private final Tools tools;
  private final Playground playground;
  private final Consumer<String> progress;

  private BenchGround(Tools tools, Playground playground, Consumer<String> progress) {
    this.tools = tools;
    this.playground = playground;
    this.progress = progress;
  }

  /**
   * Looks whether it can be; makes nothing yet.
   *
   * @param bytes of memory of the largest container
   * @throws FailureException when this machine has not enough, or we may not
   */
  static BenchGround plan(
      int hosts, long bytes, Map<String, String> environment, Consumer<String> progress) {
    DemoLog.configure();
    requireRoot();
    requireMemory(bytes);
    Tools tools = new Tools(new SystemProcessRunner(ProgramEnvironment.from(environment)));
    Playground.Plan plan =
        new Playground.Plan(
            Names.random(), hosts, bytes, COPIES, JavaProgram.ofThisProcess(), Map.of());
    return new BenchGround(tools, new Playground(tools, plan), progress);
  }

  Tools tools() {
    return tools;
  }

  Playground playground() {
    return playground;
  }

  /** Removes everything when this process is asked to end before it is closed, then does more. */
  void whenInterrupted(Runnable then) {
    Thread cleaning =
        new Thread(() -> {
          if (!playground.isClosed()) {
            progress.accept("interrupted: removing everything");
            close();
            then.run();
          }
        });
    Runtime.getRuntime().addShutdownHook(cleaning);
  }

  /** Touches so much memory, as far as there is so much. */
  void touchMemory(long wanted) throws IOException {
    long bytes = Math.min(wanted + SPARE_BYTES, Memory.availableBytes() - SPARE_BYTES);
    if (!Files.isDirectory(MEMORY_FILES) || bytes <= 0) {
      return;
    }
    bytes = Math.min(bytes, Files.getFileStore(MEMORY_FILES).getUsableSpace());
    progress.accept("touching " + Figures.bytes(bytes) + " of memory, because cold memory lies");
    Path directory = playground.names().root(MEMORY_FILES);
    playground.making(() -> Files.createDirectories(directory));
    Memory.touch(directory.resolve("touched"), bytes);
  }

  /** The last lines of each daemon's log, for when something went wrong. */
  void showLogs() {
    if (!playground.isClosed()) {
      playground.daemons().stream().flatMap(daemon -> daemon.log().stream()).forEach(progress);
    }
  }

  @Override
  public void close() {
    try {
      playground.close();
    } catch (FailureException e) {
      progress.accept(e.failure().message() + "; " + e.failure().remedy());
      e.failure().evidence().forEach(progress);
    }
  }

  private static void requireRoot() {
    if (!"root".equals(System.getProperty("user.name"))) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "this bench needs root: it makes network namespaces and containers",
              "use sudo"));
    }
  }

  /** The container is there twice while it moves, wherever its images are. */
  private static void requireMemory(long bytes) {
    long needed = 2 * bytes + SPARE_BYTES;
    long available = Memory.availableBytes();
    if (available < needed) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NO_SPACE,
              "--memory has %s, for which %s of memory are needed, and %s are available"
                  .formatted(Figures.bytes(bytes), Figures.bytes(needed), Figures.bytes(available)),
              "use less with --memory"));
    }
  }
}
