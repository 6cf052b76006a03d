package io.nereid.launcher.bench;

import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** One run of the bench of pauses, of which nothing is left afterwards whatever happens. */
public final class PauseSession {
  private static final int HOSTS = 2;
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
    BenchGround ground = BenchGround.plan(HOSTS, plan.largestBytes(), environment, progress);
    PauseBench bench = new PauseBench(plan, ground, environment, progress);
    ground.whenInterrupted(() -> interrupted.accept(bench.report()));
    try (ground) {
      bench.run();
    } catch (IOException | RuntimeException e) {
      if (bench.report().rows().isEmpty()) {
        throw e;
      }
      progress.accept("given up: " + FailureException.failureOf(e).message());
    }
    return bench.report();
  }
}
