package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.workload.RedisFiller;
import io.nereid.launcher.demo.workload.RedisWatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The way between hosts breaks, lies, or ends at a full disk. */
@WithCluster
class BrokenWayIT {
  private static final long DATA_BYTES = 64L << 20;
  private static final int SEED = 11;
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

  @Test
  void aBitThatFlipsOnTheWayIsNeverServed(TestCluster cluster) throws IOException {
    Location redis = filledRedis(cluster, cluster.a());
    String id = redis.status().id().value();
    try (FlippingProxy proxy = FlippingProxy.between(cluster, cluster.a(), cluster.b())) {
      Migration migration = cluster.cluster().migrate(id, cluster.b().node(), progress -> {});
      assertThat(proxy.flipped()).as("the proxy has done its work").isTrue();
      if (migration.phase() != Phase.SUCCEEDED) {
        assertThat(migration.phase()).isEqualTo(Phase.ROLLED_BACK);
        assertThat(migration.failure().orElseThrow().code()).isEqualTo(FailureCode.DIGEST_MISMATCH);
      }
    }
    assertThat(
            RedisFiller.differences(
                cluster.playground().clientNetns(), MoveIT.address(redis), DATA_BYTES, SEED))
        .isZero();
  }

  @Test
  void aCableThatIsCutForAMomentOnlyDelays(TestCluster cluster) throws Exception {
    Daemon leader = cluster.leader();
    Daemon source = cluster.others(leader).getFirst();
    Daemon target = cluster.others(leader).getLast();
    Counter counter = cluster.counterOn(source);
    Faults.hold(source, "nymph.SendAhead.begin");
    Migration begun = counter.beginMoveTo(target);
    Faults.awaitReached(source, "nymph.SendAhead.begin");
    cluster.playground().link(target, false);
    Faults.clear(source);
    // Shorter than what a member may be silent.
    await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
    cluster.playground().link(target, true);
    Migration ended = awaitEnd(cluster, begun);
    MoveIT.assertSucceeded(ended);
    counter.assertRunsOnlyOn(target);
  }

  @Test
  void aCableThatStaysCutLetsTheSourceRunOn(TestCluster cluster) throws IOException {
    Daemon leader = cluster.leader();
    Daemon source = cluster.others(leader).getFirst();
    Daemon target = cluster.others(leader).getLast();
    Counter counter = cluster.counterOn(source);
    Faults.hold(source, "nymph.SendDelta.begin");
    Migration begun = counter.beginMoveTo(target);
    Faults.awaitReached(source, "nymph.SendDelta.begin");
    cluster.playground().link(target, false);
    Faults.clear(source);
    assertThat(counter.awaitSettled().host()).isEqualTo(source.host());
    counter.awaitCounting();
    cluster.playground().link(target, true);
    assertThat(awaitEnd(cluster, begun).phase()).isEqualTo(Phase.ROLLED_BACK);
    cluster.through(target).awaitNodes(cluster.hosts().size(), TestCluster.UP_WITHIN);
    counter.assertRunsOnlyOn(source);
  }

  @Test
  void aDiskThatIsFullAtTheTargetIsToldAndTheSourceRunsOn(TestCluster cluster) throws IOException {
    Location redis = filledRedis(cluster, cluster.a());
    String id = redis.status().id().value();
    String address = MoveIT.address(redis);
    Path client = cluster.playground().clientNetns();
    Daemon leader = cluster.leader();
    try (RedisWatcher watcher = new RedisWatcher(client, address)) {
      Faults.hold(leader, "coordinator.AHEAD");
      Migration begun = cluster.cluster().beginMigration(id, cluster.c().node());
      Faults.awaitReached(leader, "coordinator.AHEAD");
      cluster.fill(cluster.c(), 4L << 20);
      Faults.clear(leader);
      Migration ended = awaitEnd(cluster, begun);
      assertThat(ended.phase()).isEqualTo(Phase.ROLLED_BACK);
      assertThat(ended.failure().orElseThrow().code()).isEqualTo(FailureCode.NO_SPACE);
      long count = watcher.count();
      await().until(() -> watcher.count() > count + 10);
      assertThat(watcher.stats().clean()).as("%s", watcher.stats()).isTrue();
    }
    assertThat(RedisFiller.differences(client, address, DATA_BYTES, SEED)).isZero();
  }

  @Test
  void aFileThatIsMissingAtTheRestoreBringsTheSourceBack(TestCluster cluster) throws IOException {
    Daemon target = cluster.b();
    Counter counter = cluster.counterOn(cluster.a());
    Faults.hold(target, "nymph.Restore.begin");
    Migration begun = counter.beginMoveTo(target);
    Faults.awaitReached(target, "nymph.Restore.begin");
    for (Path image : cluster.files(target, "core-")) {
      Files.delete(image);
    }
    Faults.clear(target);
    Migration ended = awaitEnd(cluster, begun);
    assertThat(ended.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(ended.failure().orElseThrow().code()).isEqualTo(FailureCode.CRIU_FAILED);
    counter.assertRunsOnlyOn(cluster.a());
    // The same move works when nothing is missing.
    MoveIT.assertSucceeded(counter.moveTo(target));
    counter.assertRunsOnlyOn(target);
  }

  @Test
  void aMigrationThatIsCancelledLeavesTheSourceRunning(TestCluster cluster) throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    Faults.hold(cluster.a(), "nymph.SendDelta.begin");
    Migration begun = counter.beginMoveTo(cluster.b());
    Faults.awaitReached(cluster.a(), "nymph.SendDelta.begin");
    cluster.cluster().cancel(begun);
    Faults.clear(cluster.a());
    Migration ended = awaitEnd(cluster, begun);
    assertThat(ended.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(ended.failure().orElseThrow().code()).isEqualTo(FailureCode.CANCELLED);
    counter.assertRunsOnlyOn(cluster.a());
  }

  private static Location filledRedis(TestCluster cluster, Daemon daemon) {
    Location redis = cluster.redisOn(daemon);
    await()
        .atMost(Duration.ofSeconds(15))
        .ignoreExceptions()
        .until(() -> {
          RedisFiller.fill(
              cluster.playground().clientNetns(), MoveIT.address(redis), DATA_BYTES, SEED);
          return true;
        });
    return redis;
  }

  private static Migration awaitEnd(TestCluster cluster, Migration begun) {
    await("end of the migration")
        .atMost(ENDS_WITHIN)
        .ignoreExceptions()
        .until(() -> cluster.cluster().migration(begun).phase().isFinal());
    return cluster.cluster().migration(begun);
  }
}
