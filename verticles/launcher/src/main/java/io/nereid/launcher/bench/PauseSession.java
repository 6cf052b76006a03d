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
import java.util.Map;
import java.util.function.Consumer;

/** A playground for one bench, which is gone afterwards whatever happens. */
public final class PauseSession {
  private static final int HOSTS = 2;

  // Images at both ends, what is retained of them, and the container that is restored.
  private static final int COPIES = 4;
  private static final long SPARE_BYTES = 1L << 30;
  private final PausePlan plan;
  private final Map<String, String> environment;
  private final Consumer<String> progress;

  public PauseSession(PausePlan plan, Map<String, String> environment, Consumer<String> progress) {
    this.plan = plan;
    this.environment = environment;
    this.progress = progress;
  }

  /**
   * Measures everything.
   *
   * @param interrupted gets what was measured when this process is asked to end before
   * @throws FailureException when it cannot begin
   */
  public PauseReport run(Consumer<PauseReport> interrupted) throws IOException {
    DemoLog.configure();
    requireRoot();
    requireMemory();
    Tools tools = new Tools(new SystemProcessRunner(ProgramEnvironment.from(environment)));
    Playground playground =
        new Playground(
            tools,
            new Playground.Plan(
                Names.random(),
                HOSTS,
                plan.largestBytes(),
                COPIES,
                JavaProgram.ofThisProcess(),
                Map.of()));
    PauseBench bench = new PauseBench(plan, tools, playground, environment, progress);
    Thread cleaning =
        new Thread(() -> {
          if (playground.isClosed()) {
            return;
          }
          progress.accept("interrupted: removing everything");
          close(playground);
          interrupted.accept(bench.report());
        });
    Runtime.getRuntime().addShutdownHook(cleaning);
    try {
      bench.run();
    } catch (IOException | RuntimeException e) {
      if (!playground.isClosed()) {
        bench.logs().forEach(progress);
      }
      if (bench.report().rows().isEmpty()) {
        throw e;
      }
      progress.accept("given up: " + FailureException.failureOf(e).message());
    } finally {
      close(playground);
    }
    return bench.report();
  }

  private void close(Playground playground) {
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
  private void requireMemory() {
    long needed = 2 * plan.largestBytes() + SPARE_BYTES;
    long available = Memory.availableBytes();
    if (available < needed) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NO_SPACE,
              "--memory has %s, for which %s of memory are needed, and %s are available"
                  .formatted(
                      Figures.bytes(plan.largestBytes()),
                      Figures.bytes(needed),
                      Figures.bytes(available)),
              "use less with --memory"));
    }
  }
}
