package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.recovery.Recovery;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.JobMessages.SnapshotList;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hosts that die, and come back. */
@WithCluster(fresh = true)
class RecoveryIT {
  private static final Duration RECOVERED_WITHIN = Duration.ofSeconds(60);

  @AfterEach
  void removeSnapshots(TestCluster cluster) throws IOException {
    for (Daemon daemon : cluster.hosts()) {
      Faults.clear(daemon);
      if (daemon.process().isEmpty()) {
        cluster.restart(daemon);
      }
    }
    for (Location left : cluster.cluster().containers()) {
      cluster.cluster().remove(left.status().id().value());
    }
    for (SnapshotPlace place : snapshots(cluster)) {
      Cli.at(cluster, cluster.a(), "snapshots", "rm", place.snapshot().id().value());
    }
  }

  /** A container on a host that is about to die, and its snapshot on another one. */
  private record Endangered(Counter counter, Location before, Snapshot snapshot) {
    static Endangered on(TestCluster cluster, Daemon dying, Daemon holder) {
      Counter counter = cluster.counterOn(holder);
      Cli.Result taken = Cli.at(cluster, holder, "checkpoint", counter.id(), "-o", "json");
      assertThat(taken.code()).as(taken.err()).isZero();
      MoveIT.assertSucceeded(counter.moveWhenFree(dying));
      await()
          .untilAsserted(() ->
              assertThat(cluster.cluster().locate(counter.id()).protection().point())
                  .hasValueSatisfying(p -> assertThat(p.holders()).contains(holder.node())));
      counter.awaitCounting();
      Location before = cluster.cluster().locate(counter.id());
      return new Endangered(counter, before, WireCodec.decode(taken.out(), Snapshot.class));
    }

    /** Its processes, not only its daemon. */
    void dieWith(Daemon dying) {
      dying.kill();
      ProcessHandle.of(before.status().pid().orElseThrow()).orElseThrow().destroyForcibly();
    }

    Location awaitRecovered(TestCluster cluster, Daemon dead) {
      await()
          .atMost(RECOVERED_WITHIN)
          .ignoreExceptions()
          .until(() -> {
            Location now = cluster.cluster().locate(counter.id());
            return !now.owner().equals(dead.node())
                && now.status().state() == ContainerState.RUNNING
                && now.protection().recovery().filter(r -> !r.unfinished()).isPresent();
          });
      return cluster.cluster().locate(counter.id());
    }

    void assertSame(Location now) {
      assertThat(now.status().id()).isEqualTo(before.status().id());
      assertThat(now.status().name()).isEqualTo(before.status().name());
      assertThat(now.status().network()).isEqualTo(before.status().network());
      assertThat(before.status().epoch().isOlderThan(now.status().epoch())).isTrue();
      Recovery recovery = now.protection().recovery().orElseThrow();
      assertThat(recovery.phase()).isEqualTo(Recovery.Phase.DONE);
      assertThat(recovery.base().owner()).isEqualTo(before.owner());
      assertThat(recovery.lost().from()).isEqualTo(snapshot.taken());
      assertThat(recovery.lost().until()).isAfter(snapshot.taken());
    }
  }

  @Test
  void theContainersOfADeadHostRunElsewhereAndItsCopyIsGoneWhenItIsBack(TestCluster cluster) {
    Daemon leader = cluster.leader();
    Daemon dying = cluster.others(leader).getFirst();
    Daemon holder = cluster.others(leader).getLast();
    Endangered it = Endangered.on(cluster, dying, holder);
    it.dieWith(dying);
    Location now = it.awaitRecovered(cluster, dying);
    assertThat(now.owner()).isEqualTo(holder.node());
    it.assertSame(now);
    Cli.Result shown = Cli.at(cluster, holder, "inspect", it.counter().id());
    assertThat(shown.out()).contains("recovered").contains("are lost");
    cluster.restart(dying);
    Counter again = new Counter(cluster, it.counter().id());
    again.assertRunsOnlyOn(holder);
  }

  @Test
  void aHostWhoseDaemonOnlyWasDeadDestroysTheCopyThatRanOnWithoutIt(TestCluster cluster) {
    Daemon leader = cluster.leader();
    Daemon dying = cluster.others(leader).getFirst();
    Daemon holder = cluster.others(leader).getLast();
    Endangered it = Endangered.on(cluster, dying, holder);
    dying.kill();
    it.assertSame(it.awaitRecovered(cluster, dying));
    cluster.restart(dying);
    new Counter(cluster, it.counter().id()).assertRunsOnlyOn(holder);
    assertThat(dying.log()).anyMatch(line -> line.contains("is frozen until it is known"));
  }

  @Test
  void theNextLeaderRecoversWhatTheDeadOneRan(TestCluster cluster) {
    Daemon dying = cluster.leader();
    Daemon holder = cluster.others(dying).getFirst();
    Endangered it = Endangered.on(cluster, dying, holder);
    it.dieWith(dying);
    it.assertSame(it.awaitRecovered(cluster, dying));
    cluster.restart(dying);
    new Counter(cluster, it.counter().id()).assertRunsOnlyOn(holder);
  }

  @Test
  void theNextLeaderEndsARecoveryThatTheDeadOneHasBegun(TestCluster cluster) throws IOException {
    Daemon leader = cluster.leader();
    Daemon dying = cluster.others(leader).getFirst();
    Daemon holder = cluster.others(leader).getLast();
    Endangered it = Endangered.on(cluster, dying, holder);
    Faults.hold(leader, "coordinator.RECOVER.granted");
    it.dieWith(dying);
    Faults.awaitReached(leader, "coordinator.RECOVER.granted");
    leader.kill();
    Faults.clear(leader);
    cluster.playground().start(leader);
    leader.awaitReady(TestCluster.UP_WITHIN);
    it.assertSame(it.awaitRecovered(cluster, dying));
    cluster.restart(dying);
    Counter again = new Counter(cluster, it.counter().id());
    again.assertRunsOnlyOn(again.awaitSettled());
  }

  @Test
  void aSnapshotIsCopiedToAnotherHostByItselfAndTheContainerGoesOnFromThere(TestCluster cluster) {
    Daemon leader = cluster.leader();
    Daemon dying = cluster.others(leader).getFirst();
    Counter counter = cluster.counterOn(dying);
    Cli.Result policy =
        Cli.at(
            cluster, leader, "protect", counter.id(), "--checkpoint-every", "0", "--replicas", "1");
    assertThat(policy.code()).as(policy.err()).isZero();
    Cli.Result taken = Cli.at(cluster, leader, "checkpoint", counter.id(), "-o", "json");
    assertThat(taken.code()).as(taken.err()).isZero();
    await()
        .atMost(RECOVERED_WITHIN)
        .until(() -> cluster.cluster().locate(counter.id()).protection().point().isPresent());
    assertThat(Cli.at(cluster, leader, "ps").out()).contains("SAFE AS OF");
    Endangered it =
        new Endangered(
            counter,
            cluster.cluster().locate(counter.id()),
            WireCodec.decode(taken.out(), Snapshot.class));
    it.dieWith(dying);
    Location now = it.awaitRecovered(cluster, dying);
    it.assertSame(now);
    cluster.restart(dying);
    new Counter(cluster, counter.id()).assertRunsOnlyOn(cluster.host(now.owner()));
  }

  @Test
  void aHostThatWasShutDownInGoodOrderKeepsItsContainersUnlessAPersonSaysOtherwise(
      TestCluster cluster) {
    Daemon leader = cluster.leader();
    Daemon dying = cluster.others(leader).getFirst();
    Daemon holder = cluster.others(leader).getLast();
    Endangered it = Endangered.on(cluster, dying, holder);
    String id = it.counter().id();
    assertThat(dying.stop()).isTrue();
    await()
        .atMost(RECOVERED_WITHIN)
        .untilAsserted(() ->
            assertThat(cluster.cluster().locate(id).protection().waits())
                .hasValueSatisfying(w -> assertThat(w).contains("good order")));
    ProcessHandle.of(it.before().status().pid().orElseThrow()).orElseThrow().destroyForcibly();
    Cli.Result planned = Cli.at(cluster, holder, "recover", dying.node().value(), "--dry-run");
    assertThat(planned.code()).as(planned.err()).isZero();
    assertThat(planned.out()).contains("to " + holder.node()).contains("are lost");
    assertThat(cluster.cluster().locate(id).owner()).isEqualTo(dying.node());
    Cli.Result done = Cli.at(cluster, holder, "recover", id);
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out()).contains("runs on " + holder.node());
    cluster.restart(dying);
    new Counter(cluster, id).assertRunsOnlyOn(holder);
    Cli.Result refused = Cli.at(cluster, holder, "recover", id);
    assertThat(refused.code()).isEqualTo(4);
    assertThat(refused.out()).contains("is in the cluster");
  }

  private static List<SnapshotPlace> snapshots(TestCluster cluster) {
    Cli.Result listed = Cli.at(cluster, cluster.a(), "snapshots", "-a", "-o", "json");
    assertThat(listed.code()).as(listed.err()).isZero();
    return WireCodec.decode(listed.out(), SnapshotList.class).snapshots();
  }
}
