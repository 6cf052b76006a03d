package io.nereid.launcher.demo;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureException;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.HostLeftovers;
import io.nereid.launcher.demo.playground.Leftovers;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.launcher.demo.workload.Watcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** One run of the demo on a playground that somebody else closes. */
final class Demo {
  private static final Duration TOGETHER_WITHIN = Duration.ofSeconds(60);
  private static final String NOTHING_LEFT = "nothing left behind";
  private static final String DATA_WHOLE = "all data as it was stored";
  private final Tools tools;
  private final Playground playground;
  private final Consumer<String> progress;
  private final Checks checks = new Checks();
  private final List<Report.Move> moves = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private long memoryBytes;

  Demo(Tools tools, Playground playground, Consumer<String> progress) {
    this.tools = tools;
    this.playground = playground;
    this.progress = progress;
  }

  /** Where commands go. */
  Cluster cluster() {
    return new Cluster(playground.daemons().getFirst().socket());
  }

  /** Makes the hosts and waits until they know each other. */
  void begin() {
    progress.accept(
        "making "
            + playground.daemons().size()
            + " hosts on this machine ("
            + playground.names()
            + ", files in "
            + playground.root()
            + ")");
    playground.make();
    playground.startAll(TOGETHER_WITHIN);
    cluster().awaitNodes(playground.daemons().size(), TOGETHER_WITHIN);
  }

  /** Runs something on the first host and moves it around the ring so many times. */
  void moveAround(DemoWorkload workload, int count) {
    List<Daemon> ring = playground.daemons();
    names.add(workload.name());
    try {
      Path bundle = workload.bundle(playground.root().resolve("bundles"));
      Location container = cluster().run(ring.getFirst().node(), bundle, workload.name());
      String id = container.status().id().value();
      progress.accept(workload.name() + " runs on host " + ring.getFirst().host());
      try (Watcher watcher = workload.watch(container)) {
        Doc memory = cluster().inspect(workload.name()).at("memoryBytes");
        memoryBytes = Math.max(memoryBytes, memory.number(workload.memoryBytes()));
        MoveRound round =
            new MoveRound(cluster(), new Copies(tools, ring), playground.names(), checks);
        for (int i = 1; i <= count; i++) {
          // From wherever it is: a move that was rolled back has not changed that.
          Daemon at = playground.daemon(playground.names().host(cluster().locate(id).owner()));
          Daemon next = ring.get((ring.indexOf(at) + 1) % ring.size());
          Report.Move move = round.move(workload.name(), container, next, watcher);
          moves.add(move);
          progress.accept(line(move));
        }
        checks.add(DATA_WHOLE, workload.damage(container));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String line(Report.Move move) {
    return move.workload()
        + " "
        + move.from()
        + " → "
        + move.to()
        + ": "
        + move.outcome()
        + ", pause "
        + move.pauseMs()
        + " ms, client's longest silence "
        + move.client().longestGapMs()
        + " ms, "
        + ReportText.bytes(move.bytesSent())
        + " sent of "
        + ReportText.bytes(move.bytesTotal());
  }

  /** Removes the containers and the hosts, and checks that nothing stays. */
  void end() {
    progress.accept("removing the containers and the hosts");
    names.forEach(cluster()::remove);
    List<String> left = new ArrayList<>();
    new Copies(tools, playground.daemons()).all().forEach(copy -> left.add("container " + copy));
    if (!playground.stopDaemons()) {
      left.add("a daemon that does not end");
    }
    left.addAll(HostLeftovers.of(tools, playground));
    try {
      playground.close();
    } catch (FailureException e) {
      left.addAll(e.failure().evidence());
    }
    left.addAll(Leftovers.of(playground.names()));
    checks.add(NOTHING_LEFT, left);
  }

  Report report() {
    return new Report(
        playground.daemons().size(),
        String.join("+", names),
        memoryBytes,
        List.copyOf(moves),
        Report.Median.of(moves),
        checks.all(),
        checks.ok() && !moves.isEmpty());
  }

  /** The last lines of each daemon's log, for when something went wrong. */
  List<String> logs() {
    return playground.daemons().stream().flatMap(daemon -> daemon.log().stream()).toList();
  }

  /** What a person may try on hosts that stay up. */
  List<String> suggestions() {
    String socket = "unix:" + playground.daemons().getFirst().socket();
    Optional<String> container = names.stream().reduce((first, last) -> last);
    String target = playground.daemons().get(1).node().value();
    List<String> lines = new ArrayList<>();
    lines.add("export NEREID_HOST=" + socket);
    lines.add("./nereid nodes");
    lines.add("./nereid ps");
    container.ifPresent(name -> {
      lines.add("./nereid migrate " + name + " " + target);
      lines.add("./nereid logs -f " + name);
      lines.add("./nereid inspect " + name);
    });
    lines.add("./nereid demo --down " + playground.names());
    return lines;
  }
}
