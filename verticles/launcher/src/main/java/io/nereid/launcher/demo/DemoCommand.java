package io.nereid.launcher.demo;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.demo.playground.JavaProgram;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.playground.Sweeper;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.process.SystemProcessRunner;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nereid demo}: three hosts on this machine and a container that moves between them. */
@Command(
    name = "demo",
    description = {
      "Play three hosts on this machine and move a container between them.",
      "Without a workload: a counter, then a small redis."
    },
    sortOptions = false)
public final class DemoCommand implements Callable<Integer> {
  private static final int HOSTS = 3;
  private static final long SMALL_BYTES = 32L << 20;
  private static final int EXIT_NOT_HELD = 1;
  private static final int MOVES_MAX = 1_000;
  private final PrintStream out;
  private final PrintStream err;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "WORKLOAD",
      description = "counter or redis.")
  private Optional<Workload> workload = Optional.empty();

  @Option(
      names = "--memory",
      paramLabel = "SIZE",
      converter = MemorySize.class,
      description = "Data in redis, 1m to 64g. Default: 32m.")
  private long memoryBytes = SMALL_BYTES;

  @Option(
      names = "--moves",
      paramLabel = "N",
      description = "Moves of each container, 1 to 1000, round the hosts. Default: 3.")
  private int moves = HOSTS;

  @Option(names = "--keep", description = "Leave the hosts up and say what to try next.")
  private boolean keep;

  @Option(
      names = "--down",
      paramLabel = "DEMO",
      description = "Remove what a demo with --keep, or one that was killed, has left.")
  private Optional<String> down = Optional.empty();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description = "text (default) or json.")
  private Output output = Output.text;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  boolean help;

  /** What can be moved. */
  enum Workload {
    counter,
    redis
  }

  /** How the report is written. */
  enum Output {
    text,
    json
  }

  /** The report goes to {@code out}, everything else to {@code err}. */
  public DemoCommand(PrintStream out, PrintStream err) {
    this.out = out;
    this.err = err;
  }

  @Override
  public Integer call() {
    DemoLog.configure();
    Tools tools = new Tools(SystemProcessRunner.ofThisHost());
    if (down.isPresent()) {
      return tearDown(tools, new Names(down.get()));
    }
    if (moves < 1 || moves > MOVES_MAX) {
      throw refused("--moves is " + moves + " but must be from 1 to " + MOVES_MAX, "");
    }
    if (!isRoot()) {
      throw refused("the demo needs root: it makes network namespaces and containers", "use sudo");
    }
    Playground playground =
        new Playground(tools, Playground.Plan.of(HOSTS, memoryBytes, JavaProgram.ofThisProcess()));
    // Ctrl-C and kill must leave nothing either.
    Thread cleaning = new Thread(() -> interrupted(playground), "demo-cleaning");
    Runtime.getRuntime().addShutdownHook(cleaning);
    return run(tools, playground);
  }

  private void interrupted(Playground playground) {
    if (playground.isClosed()) {
      return;
    }
    say("interrupted: removing everything");
    try {
      playground.close();
    } catch (FailureException e) {
      say(e.failure().message() + "; " + e.failure().remedy());
      e.failure().evidence().forEach(this::say);
    }
  }

  private int run(Tools tools, Playground playground) {
    Demo demo = new Demo(tools, playground, this::say);
    boolean done = false;
    try {
      demo.begin();
      for (DemoWorkload next : workloads(tools, playground, demo)) {
        demo.moveAround(next, moves);
      }
      if (keep) {
        playground.keep();
      } else {
        demo.end();
      }
      done = true;
    } finally {
      if (!done) {
        demo.logs().forEach(err::println);
        playground.close();
      }
    }
    Report report = demo.report();
    out.print(output == Output.json ? report.json() + "\n" : ReportText.of(report));
    out.flush();
    if (keep) {
      say("the hosts stay up. Try:");
      demo.suggestions().forEach(line -> err.println("  " + line));
    }
    return report.ok() ? 0 : EXIT_NOT_HELD;
  }

  private List<DemoWorkload> workloads(Tools tools, Playground playground, Demo demo) {
    Bundles bundles = new Bundles(tools, System.getenv());
    DemoWorkload counter = new CounterWorkload(bundles, demo.cluster());
    DemoWorkload redis = new RedisWorkload(bundles, playground.clientNetns(), memoryBytes);
    return workload
        .map(chosen -> List.of(chosen == Workload.counter ? counter : redis))
        .orElse(List.of(counter, redis));
  }

  private int tearDown(Tools tools, Names names) {
    List<String> left = new Sweeper(tools, names).sweep();
    if (left.isEmpty()) {
      say("nothing is left of " + names);
      return 0;
    }
    throw new FailureException(
        Failure.of(
                FailureCode.NEEDS_OPERATOR,
                "not everything of " + names + " could be removed",
                "look at what holds it, and try again")
            .withEvidence(left));
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  private void say(String line) {
    err.println(line);
    err.flush();
  }

  private static FailureException refused(String message, String remedy) {
    return new FailureException(Failure.refused(FailureCode.BAD_REQUEST, message, remedy));
  }
}
