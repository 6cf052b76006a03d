package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.migration.LaterPages;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.launcher.demo.Copies;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.workload.RedisRewriter;
import io.nereid.launcher.demo.workload.Rewritable;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Containers run at the target while pages still come from their frozen copies. */
@WithCluster
class PostCopyIT {
  private static final long MEMORY_BYTES = 80L << 20;
  private static final long RATE = 40L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

  /** A redis full of values of which each can be told from all others. */
  private record Filled(String id, Rewritable values) {
    static Filled on(TestCluster cluster, Daemon daemon) {
      // Hosts that an earlier test has cut off may still be coming together.
      AtomicReference<Location> started = new AtomicReference<>();
      await()
          .atMost(TestCluster.UP_WITHIN)
          .ignoreExceptionsMatching(
              e -> FailureException.failureOf(e).code() == FailureCode.NODE_LOST)
          .until(() -> {
            started.set(cluster.redisOn(daemon));
            return true;
          });
      Location redis = started.get();
      Rewritable values =
          new Rewritable(
              cluster.playground().clientNetns(), MoveIT.address(redis), PATIENCE, MEMORY_BYTES, 5);
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> {
            values.fill();
            return true;
          });
      return new Filled(redis.status().id().value(), values);
    }

    void assertWhole() throws IOException {
      assertThat(values.differences()).isZero();
    }
  }

  private static Migration migrate(TestCluster cluster, String id, Daemon to, String... options) {
    List<String> words = new ArrayList<>(List.of(id, to.node().value(), "-o", "json"));
    words.addAll(Arrays.asList(options));
    Cli.Result result = Cli.at(cluster, cluster.c(), "migrate", words.toArray(String[]::new));
    return WireCodec.decode(result.out(), Migration.class);
  }

  /** Runs at the target, with all at the source but the pages that its restore has touched. */
  private static Migration outstanding(TestCluster cluster, String id, Daemon source, Daemon target)
      throws IOException {
    Faults.hold(source, "feed.many");
    Cli.Result begun =
        Cli.at(
            cluster,
            target,
            "migrate",
            id,
            target.node().value(),
            "--mode",
            "post-copy",
            "-d",
            "-o",
            "json");
    assertThat(begun.code()).as(begun.err()).isZero();
    Migration migration = WireCodec.decode(begun.out(), Migration.class);
    awaitPhase(cluster, migration, Phase.OUTSTANDING);
    return migration;
  }

  private static void awaitPhase(TestCluster cluster, Migration migration, Phase phase) {
    await()
        .atMost(ENDS_WITHIN)
        .ignoreExceptions()
        .until(() -> cluster.cluster().migration(migration).phase() == phase);
  }

  private static void signal(TestCluster cluster, String signal, List<String> pids) {
    assertThat(pids).isNotEmpty();
    // One may end because of another.
    pids.forEach(pid -> cluster.tools().attempt("kill", signal, pid));
  }

  private static List<String> pids(Path below, String... names) {
    try (Stream<Path> files = Files.walk(below)) {
      return files
          .filter(file -> List.of(names).contains(file.getFileName().toString()))
          .flatMap(file -> {
            try {
              return Files.readAllLines(file).stream().map(String::strip);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          })
          .filter(pid -> Files.exists(Path.of("/proc", pid)))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void assertRunsOnlyOn(TestCluster cluster, String id, Daemon daemon) {
    await()
        .atMost(ENDS_WITHIN)
        .untilAsserted(() -> {
          List<Copies.Copy> copies = new Copies(cluster.tools(), cluster.hosts()).of(id);
          assertThat(copies).singleElement().matches(copy -> copy.status().equals("running"));
          assertThat(copies.getFirst().host()).isEqualTo(daemon.host());
        });
    assertThat(cluster.cluster().locate(id).owner()).isEqualTo(daemon.node());
  }

  @Test
  void aRedisThatIsRewrittenRunsBeforeItsMemoryIsThereAndNothingIsLost(TestCluster cluster)
      throws IOException {
    Filled redis = Filled.on(cluster, cluster.a());
    try (RedisRewriter rewriter = new RedisRewriter(redis.values(), RATE)) {
      await().until(() -> rewriter.writtenBytes() > 4L << 20);
      Migration there = migrate(cluster, redis.id(), cluster.b(), "--mode", "post-copy");
      MoveIT.assertSucceeded(there);
      LaterPages later = there.later().orElseThrow();
      assertThat(later.bytes()).isGreaterThan(MEMORY_BYTES);
      assertThat(later.arrivedBytes()).isPositive().isLessThan(later.bytes());
      assertThat(later.tookMs()).isPositive();
      assertThat(there.rounds().later()).isTrue();

      Migration back =
          migrate(
              cluster,
              redis.id(),
              cluster.a(),
              "--max-downtime",
              "10ms",
              "--on-no-converge",
              "post-copy");
      MoveIT.assertSucceeded(back);
      assertThat(back.rounds().later()).as(back.rounds().why()).isTrue();
      assertThat(back.later()).isPresent();

      Migration on = migrate(cluster, redis.id(), cluster.b(), "--mode", "pre-copy");
      MoveIT.assertSucceeded(on);
      assertThat(on.later()).isEmpty();
      long written = rewriter.writtenBytes();
      await().until(() -> rewriter.writtenBytes() > written);
      assertThat(rewriter.broken()).isEmpty();
    }
    redis.assertWhole();
    assertRunsOnlyOn(cluster, redis.id(), cluster.b());
  }

  @Test
  void aKillOfBothDaemonsWhilePagesAreOutstandingOnlyDelays(TestCluster cluster)
      throws IOException {
    Daemon leader = cluster.leader();
    Daemon source = cluster.others(leader).getFirst();
    Daemon target = cluster.others(leader).getLast();
    Filled redis = Filled.on(cluster, source);
    Migration migration = outstanding(cluster, redis.id(), source, target);
    source.kill();
    target.kill();
    cluster.playground().start(source);
    cluster.restart(target);
    source.awaitReady(TestCluster.UP_WITHIN);
    assertThat(cluster.cluster().migration(migration).phase()).isEqualTo(Phase.OUTSTANDING);
    Faults.clear(source);
    redis.assertWhole();
    awaitPhase(cluster, migration, Phase.SUCCEEDED);
    assertRunsOnlyOn(cluster, redis.id(), target);
  }

  @Test
  void aLinkThatIsCutWhilePagesAreOutstandingOnlyDelays(TestCluster cluster) throws Exception {
    Daemon leader = cluster.leader();
    Daemon source = cluster.others(leader).getFirst();
    Daemon target = cluster.others(leader).getLast();
    Filled redis = Filled.on(cluster, source);
    Migration migration = outstanding(cluster, redis.id(), source, target);
    cluster.playground().link(source, false);
    Faults.clear(source);
    // Longer than a silent connection is kept.
    await()
        .pollDelay(Duration.ofSeconds(5))
        .until(() -> cluster.cluster().migration(migration).phase() == Phase.OUTSTANDING);
    cluster.playground().link(source, true);
    redis.assertWhole();
    awaitPhase(cluster, migration, Phase.SUCCEEDED);
    for (Daemon daemon : cluster.hosts()) {
      cluster.through(daemon).awaitNodes(cluster.hosts().size(), TestCluster.UP_WITHIN);
    }
    assertRunsOnlyOn(cluster, redis.id(), target);
  }

  @Test
  void theFrozenSourceIsTakenBackWhenTheTargetIsGoneForGood(TestCluster cluster)
      throws IOException {
    Daemon leader = cluster.leader();
    Daemon source = cluster.others(leader).getFirst();
    Daemon target = cluster.others(leader).getLast();
    Filled redis = Filled.on(cluster, source);
    Migration migration = outstanding(cluster, redis.id(), source, target);
    Cli.Result early = Cli.at(cluster, leader, "migrate", "--take-back", redis.id());
    assertThat(early.code()).isEqualTo(FailureCode.WRONG_STATE.exitCode());
    assertThat(early.err()).contains("is in the cluster");

    target.kill();
    long first = cluster.cluster().locate(redis.id()).status().pid().orElseThrow();
    List<String> all = pids(target.dumpDir(), "pages.pid", "lazy-pages.pid");
    all = new ArrayList<>(all);
    all.addAll(pids(target.runDir(), "conmon.pid"));
    all.add(Long.toString(first));
    signal(cluster, "-KILL", all);
    await()
        .atMost(ENDS_WITHIN)
        .until(() ->
            cluster.cluster().nodes().stream()
                .noneMatch(n -> n.node().id().equals(target.node()) && n.present()));

    Cli.Result back = Cli.at(cluster, leader, "migrate", "--take-back", redis.id());
    assertThat(back.code()).as(back.err()).isZero();
    Migration ended = cluster.cluster().migration(migration);
    assertThat(ended.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(ended.failure().orElseThrow().message()).contains("as of its freeze", "is lost");
    redis.assertWhole();
    assertThat(new Copies(cluster.tools(), cluster.hosts()).of(redis.id()))
        .filteredOn(copy -> copy.status().equals("running"))
        .extracting(Copies.Copy::host)
        .containsExactly(source.host());

    Faults.clear(source);
    cluster.restart(target);
    await()
        .atMost(ENDS_WITHIN)
        .until(() -> cluster.cluster().migration(migration).waiting().isEmpty());
    assertRunsOnlyOn(cluster, redis.id(), source);
    MoveIT.assertSucceeded(migrate(cluster, redis.id(), target, "--mode", "post-copy"));
    redis.assertWhole();
  }

  @Test
  void pagesThatAreLostAtTheTargetBringTheSourceBackByItself(TestCluster cluster)
      throws IOException {
    Filled redis = Filled.on(cluster, cluster.a());
    Migration migration = outstanding(cluster, redis.id(), cluster.a(), cluster.b());
    signal(cluster, "-KILL", pids(cluster.b().dumpDir(), "pages.pid"));
    awaitPhase(cluster, migration, Phase.ROLLED_BACK);
    assertThat(cluster.cluster().migration(migration).failure().orElseThrow().code())
        .isEqualTo(FailureCode.PAGES_LOST);
    redis.assertWhole();
    assertRunsOnlyOn(cluster, redis.id(), cluster.a());
  }
}
