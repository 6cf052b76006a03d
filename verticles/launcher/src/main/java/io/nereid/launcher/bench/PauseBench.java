package io.nereid.launcher.bench;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.demo.Cluster;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.launcher.render.Figures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Measures all that a plan asks for on a playground that somebody else closes. A contestant that
 * fails in one round is measured in the next; all that was measured can be had at any time.
 */
public final class PauseBench {
  private static final Duration TOGETHER_WITHIN = Duration.ofSeconds(60);

  // Images at both ends, the container at both ends, and what was retained.
  private static final int MEMORY_TIMES = 5;
  private final PausePlan plan;
  private final BenchGround ground;
  private final Tools tools;
  private final Playground playground;
  private final Map<String, String> environment;
  private final Consumer<String> progress;
  private final Map<Contestant, MovingSystem> systems = new EnumMap<>(Contestant.class);
  private final List<PauseReport.Skipped> skipped = Collections.synchronizedList(new ArrayList<>());
  private final List<Combination> combinations = new ArrayList<>();
  private final Machine machine;
  private int containers;
  private volatile boolean finished;

  PauseBench(
      PausePlan plan,
      BenchGround ground,
      Map<String, String> environment,
      Consumer<String> progress) {
    this.plan = plan;
    this.ground = ground;
    this.tools = ground.tools();
    this.playground = ground.playground();
    this.environment = environment;
    this.progress = progress;
    this.machine = Machine.here(tools, playground.root());
    for (long memory : plan.memoryBytes()) {
      for (long rate : plan.writeRates()) {
        for (Contestant contestant : plan.contestants()) {
          combinations.add(new Combination(contestant, memory, rate));
        }
      }
    }
  }

  /** One line of the report while it is being measured. */
  private record Combination(
      Contestant contestant, long memory, long rate, List<Sample> samples, List<String> failures) {
    Combination(Contestant contestant, long memory, long rate) {
      this(
          contestant,
          memory,
          rate,
          Collections.synchronizedList(new ArrayList<>()),
          Collections.synchronizedList(new ArrayList<>()));
    }

    String title() {
      return Figures.bytes(memory)
          + (rate == 0 ? ", idle, " : ", rewriting " + Figures.bytes(rate) + "/s, ")
          + contestant.label();
    }
  }

  /** Measures everything. */
  public void run() throws IOException {
    progress.accept(
        "making two hosts on this machine (%s, files in %s, which is %s)"
            .formatted(playground.names(), playground.root(), machine.filesOn()));
    playground.make();
    plan.linkBits().ifPresent(playground::limit);
    ground.touchMemory(MEMORY_TIMES * plan.largestBytes());
    boolean lazily = plan.contestants().contains(Contestant.CRIU_LAZY);
    try (AutoCloseable limits = lazily ? lifted() : () -> {}) {
      prepare();
      warmUp();
      for (long memory : plan.memoryBytes()) {
        for (long rate : plan.writeRates()) {
          for (int round = 0; round < plan.rounds(); round++) {
            round(memory, rate, round);
          }
        }
      }
    } catch (IOException | RuntimeException e) {
      ground.showLogs();
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    finished = true;
  }

  private AutoCloseable lifted() {
    PipeLimits limits = PipeLimits.lift();
    // Also when this is interrupted: closing twice does no harm.
    Runtime.getRuntime().addShutdownHook(new Thread(limits::close, "pipe-limits"));
    return limits;
  }

  private void prepare() throws IOException {
    Daemon from = playground.daemons().get(0);
    Daemon to = playground.daemons().get(1);
    Site site = Site.of(tools, playground, environment);
    for (Contestant contestant : plan.contestants()) {
      switch (contestant) {
        case NEREID -> {
          playground.startAll(TOGETHER_WITHIN);
          new Cluster(from.socket()).awaitNodes(playground.daemons().size(), TOGETHER_WITHIN);
          Path bundle =
              new Bundles(tools, environment).redis(playground.root().resolve("bundles/redis"));
          systems.put(contestant, new NereidSystem(from, to, bundle));
        }
        case RUNC_COPY -> systems.put(contestant, new BareSystem(site, new RuncCopy()));
        case CRIU_LAZY -> systems.put(contestant, new BareSystem(site, new CriuLazy()));
        case PODMAN -> {
          Optional<String> missing = PodmanSystem.missing(site);
          if (missing.isEmpty()) {
            systems.put(contestant, PodmanSystem.make(site));
          } else {
            skipped.add(new PauseReport.Skipped(contestant.label(), missing.get()));
            progress.accept("podman is skipped: " + missing.get());
          }
        }
      }
    }
  }

  /** One move of each that does not count: programs are in memory then, and daemons compiled. */
  private void warmUp() {
    long memory = plan.memoryBytes().stream().mapToLong(Long::longValue).min().orElseThrow();
    for (Contestant contestant : List.copyOf(systems.keySet())) {
      String title = "one move that does not count, " + contestant.label() + ": ";
      try {
        Combination one = new Combination(contestant, memory, 0);
        progress.accept(title + PauseText.line(measure(one, Duration.ZERO)));
      } catch (IOException | UncheckedIOException | FailureException | IllegalStateException e) {
        if (playground.isClosed()) {
          return;
        }
        progress.accept(title + "FAILED: " + FailureException.failureOf(e).message());
      }
    }
  }

  private void round(long memory, long rate, int round) {
    List<Combination> turn = new ArrayList<>();
    for (Combination one : combinations) {
      if (one.memory() == memory && one.rate() == rate && systems.containsKey(one.contestant())) {
        turn.add(one);
      }
    }
    // Whoever is first finds the machine as the last one left it: take turns in that, too.
    Collections.rotate(turn, -round);
    for (Combination one : turn) {
      if (playground.isClosed()) {
        return;
      }
      String title = "round %d of %d, %s: ".formatted(round + 1, plan.rounds(), one.title());
      try {
        Sample sample = measure(one, plan.after());
        one.samples().add(sample);
        progress.accept(title + PauseText.line(sample));
      } catch (IOException | UncheckedIOException | FailureException | IllegalStateException e) {
        if (playground.isClosed()) {
          return;
        }
        Failure failure = FailureException.failureOf(e);
        one.failures().add("round " + (round + 1) + ": " + words(failure));
        progress.accept(title + "FAILED: " + failure.message());
        failure.evidence().forEach(line -> progress.accept("  " + line));
      }
    }
  }

  private static String words(Failure failure) {
    List<String> evidence = failure.evidence();
    return evidence.isEmpty()
        ? failure.message()
        : failure.message() + ": " + evidence.getLast().strip();
  }

  private Sample measure(Combination one, Duration after) throws IOException {
    int number = ++containers;
    Attempt attempt =
        new Attempt(
            playground.clientNetns(),
            playground.names(),
            playground.daemons().get(0),
            one.memory(),
            one.rate(),
            after);
    try (Guest guest = systems.get(one.contestant()).start(number)) {
      return attempt.measure(guest, number);
    }
  }

  /** What has been measured so far. */
  public PauseReport report() {
    List<PauseReport.Row> rows = new ArrayList<>();
    for (Combination one : combinations) {
      List<Sample> samples = List.copyOf(one.samples());
      List<String> failures = List.copyOf(one.failures());
      if (!samples.isEmpty() || !failures.isEmpty()) {
        rows.add(
            PauseReport.Row.of(
                one.contestant(), one.memory(), one.rate(), plan.linkBits(), samples, failures));
      }
    }
    return new PauseReport(machine, rows, List.copyOf(skipped), finished);
  }

  /** The run's name, by which all of it can be found. */
  public Names names() {
    return playground.names();
  }

  /** Bits per second between the hosts, when they are limited. */
  public Optional<Long> linkBits() {
    return plan.linkBits();
  }
}
