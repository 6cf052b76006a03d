package io.nereid.launcher.demo;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.workload.ClientStats;
import io.nereid.launcher.demo.workload.Watcher;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;

/** Moves one container once and checks everything that must be true then. */
final class MoveRound {
  static final String CONNECTION = "one connection all the time, nothing lost, nothing twice";
  static final String ONE_COPY = "exactly one running copy after each move, at the new host";
  static final String MOVED = "each move succeeded";

  // What follows a pause: the client goes on for some requests before the stretch ends.
  private static final Duration AFTERWARDS = Duration.ofMillis(400);
  private static final Duration ALIVE_WITHIN = Duration.ofSeconds(10);
  private static final long LOOK_NANOS = Duration.ofMillis(20).toNanos();
  private final Cluster cluster;
  private final Copies copies;
  private final Names names;
  private final Checks checks;

  MoveRound(Cluster cluster, Copies copies, Names names, Checks checks) {
    this.cluster = cluster;
    this.copies = copies;
    this.names = names;
    this.checks = checks;
  }

  Report.Move move(String workload, Location container, Daemon to, Watcher watcher) {
    String id = container.status().id().value();
    String from = names.host(cluster.locate(id).owner());
    watcher.mark();
    long began = System.nanoTime();
    Migration migration = cluster.migrate(id, to.node(), progress -> {});
    long totalMs = Duration.ofNanos(System.nanoTime() - began).toMillis();
    awaitAnswers(watcher);
    ClientStats client = watcher.stats();
    boolean succeeded = migration.phase() == Phase.SUCCEEDED;
    String move = workload + " " + from + " → " + to.host() + ": ";
    checks.add(
        MOVED,
        succeeded
            ? List.of()
            : List.of(move + migration.failure().map(Failure::message).orElse("no reason told")));
    checks.add(CONNECTION, client.clean() ? List.of() : List.of(move + client));
    checks.add(ONE_COPY, againstOneCopy(move, id, succeeded ? to.host() : from));
    return new Report.Move(
        workload,
        from,
        to.host(),
        migration.phase().name().toLowerCase(Locale.ROOT),
        migration.frozenMs().orElse(0L),
        totalMs,
        migration.bytesTotal(),
        migration.bytesSent(),
        migration.namedPhasesMs(),
        client,
        migration.failure().map(Failure::message));
  }

  private List<String> againstOneCopy(String move, String id, String host) {
    List<Copies.Copy> found = copies.of(id);
    boolean one =
        found.size() == 1
            && found.getFirst().host().equals(host)
            && found.getFirst().status().equals("running");
    return one ? List.of() : List.of(move + "copies are " + found + ", expected one on " + host);
  }

  /** A silence that outlasts the move must be seen to its end. */
  private static void awaitAnswers(Watcher watcher) {
    long seen = watcher.count();
    long now = System.nanoTime();
    long soonest = now + AFTERWARDS.toNanos();
    long latest = now + ALIVE_WITHIN.toNanos();
    while (System.nanoTime() < soonest || (watcher.count() == seen && System.nanoTime() < latest)) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
