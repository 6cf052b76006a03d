package io.nereid.launcher.bench;

import io.nereid.domain.container.Location;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.launcher.demo.Cluster;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.launcher.demo.workload.ClientStats;
import io.nereid.launcher.demo.workload.RedisWatcher;
import io.nereid.launcher.demo.workload.Rewritable;
import io.nereid.launcher.demo.workload.Silence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * How long a redis stands still for a snapshot while it goes on running, with Nereid and with
 * {@code runc checkpoint --leave-running}, in turn: one of each on the same host, of which a part
 * is rewritten before each snapshot. The first snapshot of each does not count.
 */
public final class CheckpointBench {
  private static final Duration TOGETHER_WITHIN = Duration.ofSeconds(60);
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  // Two containers, a store, and runc's images twice.
  private static final int MEMORY_TIMES = 5;
  private final long memoryBytes;
  private final int changedPercent;
  private final int rounds;
  private final Map<String, String> environment;
  private final Consumer<String> progress;

  public CheckpointBench(
      long memoryBytes,
      int changedPercent,
      int rounds,
      Map<String, String> environment,
      Consumer<String> progress) {
    this.memoryBytes = memoryBytes;
    this.changedPercent = changedPercent;
    this.rounds = rounds;
    this.environment = environment;
    this.progress = progress;
  }

  /** Takes a snapshot of something. */
  private interface Taker {
    CheckpointReport.Taken take(long began) throws IOException;
  }

  /** Measures everything; nothing is left of it. */
  public CheckpointReport run() throws IOException {
    BenchGround ground = BenchGround.plan(1, 2 * memoryBytes, environment, progress);
    ground.whenInterrupted(() -> {});
    try (ground) {
      Playground playground = ground.playground();
      progress.accept(
          "making a host on this machine (%s, files in %s)"
              .formatted(playground.names(), playground.root()));
      playground.make();
      Machine machine = Machine.here(ground.tools(), playground.root());
      ground.touchMemory(MEMORY_TIMES * memoryBytes);
      playground.startAll(TOGETHER_WITHIN);
      return new CheckpointReport(machine, measure(ground));
    }
  }

  private List<CheckpointReport.Row> measure(BenchGround ground) throws IOException {
    Playground playground = ground.playground();
    Daemon host = playground.daemons().getFirst();
    Cluster cluster = new Cluster(host.socket());
    cluster.awaitNodes(1, TOGETHER_WITHIN);
    Path bundle =
        new Bundles(ground.tools(), environment).redis(playground.root().resolve("bundles/redis"));
    Location container = cluster.run(host.node(), bundle, "bench");
    String id = container.status().id().value();
    String withPrefix = container.status().network().address().orElseThrow();
    BareHost bare = BareHost.make(Site.of(ground.tools(), playground, environment), host, 1);
    try {
      bare.port().plug();
      bare.start();
      try (Subject ours =
              new Subject(
                  "nereid",
                  playground,
                  withPrefix.substring(0, withPrefix.indexOf('/')),
                  began -> {
                    Snapshot snapshot = cluster.checkpoint(id);
                    return new CheckpointReport.Taken(
                        0,
                        Optional.of(snapshot.freezeMs()),
                        snapshot.tookMs(),
                        snapshot.sizes().unique());
                  });
          Subject runcs =
              new Subject(
                  "runc",
                  playground,
                  BareHost.address(1),
                  began -> {
                    bare.checkpoint("--leave-running");
                    long took = Duration.ofNanos(System.nanoTime() - began).toMillis();
                    long bytes = emptied(bare.images());
                    return new CheckpointReport.Taken(0, Optional.empty(), took, bytes);
                  })) {
        for (int round = 0; round <= rounds; round++) {
          ours.round(round);
          runcs.round(round);
        }
        return List.of(ours.row(), runcs.row());
      }
    } finally {
      bare.remove();
    }
  }

  /** What a directory had; it has nothing any more. */
  private static long emptied(Path directory) throws IOException {
    long bytes = 0;
    List<Path> files;
    try (Stream<Path> all = Files.list(directory)) {
      files = all.toList();
    }
    for (Path file : files) {
      bytes += Files.size(file);
      Files.delete(file);
    }
    return bytes;
  }

  /** One redis with its clients. */
  private final class Subject implements AutoCloseable {
    private final String system;
    private final Taker taker;
    private final RedisWatcher watcher;
    private final Rewritable values;
    private final List<CheckpointReport.Taken> taken = new ArrayList<>();

    Subject(String system, Playground playground, String address, Taker taker) throws IOException {
      this.system = system;
      this.taker = taker;
      this.watcher = Attempt.connect(playground.clientNetns(), address, PATIENCE);
      this.values =
          new Rewritable(
              playground.clientNetns(), address, PATIENCE, memoryBytes, system.hashCode());
      progress.accept(system + ": filling redis");
      values.fill();
    }

    void round(int number) throws IOException {
      values.rewriteShare(changedPercent);
      watcher.mark();
      CheckpointReport.Taken one = taker.take(System.nanoTime());
      Attempt.awaitAnswer(watcher, watcher.count());
      long silence = watcher.silences().stream().mapToLong(Silence::nanos).max().orElse(0);
      CheckpointReport.Taken whole =
          new CheckpointReport.Taken(
              Duration.ofNanos(silence).toMillis(), one.frozenMs(), one.tookMs(), one.newBytes());
      progress.accept(
          "%s, snapshot %d%s: silence %d ms%s, took %d ms"
              .formatted(
                  system,
                  number,
                  number == 0 ? " (does not count)" : "",
                  whole.silenceMs(),
                  whole.frozenMs().map(ms -> ", frozen " + ms + " ms").orElse(""),
                  whole.tookMs()));
      if (number > 0) {
        taken.add(whole);
      }
    }

    CheckpointReport.Row row() throws IOException {
      ClientStats stats = watcher.stats();
      long lost = stats.lost() + stats.duplicated() + stats.reconnects() + values.differences();
      return CheckpointReport.row(system, memoryBytes, changedPercent, taken, lost);
    }

    @Override
    public void close() {
      watcher.close();
    }
  }
}
