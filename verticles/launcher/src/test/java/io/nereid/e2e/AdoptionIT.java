package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.container.ContainerState;
import io.nereid.launcher.demo.playground.Daemon;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A daemon that dies leaves its containers running. */
@WithCluster
class AdoptionIT {
  @Test
  void aKilledDaemonsContainerRunsOnAndIsAdopted(TestCluster cluster) {
    Daemon b = cluster.b();
    Counter counter = cluster.counterOn(b);
    long pid = pid(cluster, counter);
    b.kill();
    counter.awaitCounting();
    assertThat(cluster.cluster().locate(counter.id()).ownerPresent()).isFalse();
    cluster.restart(b);
    assertThat(counter.awaitSettled().host()).isEqualTo(b.host());
    assertThat(pid(cluster, counter)).isEqualTo(pid);
    counter.awaitCounting();
    counter.assertUnbroken();
    assertLogIsWhole(cluster, counter);
  }

  @Test
  void aKilledClusterFindsEverythingAgain(TestCluster cluster) {
    Counter first = cluster.counterOn(cluster.a());
    Counter second = cluster.counterOn(cluster.c());
    for (Daemon daemon : cluster.hosts()) {
      daemon.kill();
    }
    for (Daemon daemon : cluster.hosts()) {
      cluster.playground().start(daemon);
    }
    for (Daemon daemon : cluster.hosts()) {
      daemon.awaitReady(TestCluster.UP_WITHIN);
    }
    cluster.through(cluster.a()).awaitNodes(cluster.hosts().size(), TestCluster.UP_WITHIN);
    assertThat(first.awaitSettled().host()).isEqualTo("a");
    assertThat(second.awaitSettled().host()).isEqualTo("c");
    MoveIT.assertSucceeded(first.moveTo(cluster.b()));
    first.awaitCounting();
    first.assertUnbroken();
  }

  @Test
  void aDaemonThatIsAskedToEndLeavesItsContainersToo(TestCluster cluster) {
    Daemon a = cluster.a();
    Counter counter = cluster.counterOn(a);
    assertThat(a.stop()).isTrue();
    counter.awaitCounting();
    cluster.restart(a);
    assertThat(counter.awaitSettled().host()).isEqualTo(a.host());
  }

  @Test
  void aPausedContainerIsPausedStillWhenItsDaemonComesBack(TestCluster cluster) {
    Daemon b = cluster.b();
    Counter counter = cluster.counterOn(b);
    assertThat(Cli.at(cluster, b, "pause", counter.id()).code()).isZero();
    b.kill();
    cluster.restart(b);
    org.awaitility.Awaitility.await()
        .until(
            () -> cluster.cluster().locate(counter.id()).status().state() == ContainerState.PAUSED);
    assertThat(Cli.at(cluster, b, "unpause", counter.id()).code()).isZero();
    counter.awaitCounting();
  }

  private static long pid(TestCluster cluster, Counter counter) {
    return cluster.cluster().locate(counter.id()).status().pid().orElseThrow();
  }

  private static void assertLogIsWhole(TestCluster cluster, Counter counter) {
    Cli.Result logs = Cli.at(cluster, cluster.b(), "logs", counter.id());
    assertThat(logs.code()).isZero();
    List<String> lines = logs.out().lines().toList();
    assertThat(lines).hasSizeGreaterThan(10);
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i)).isEqualTo(Integer.toString(i + 1));
    }
  }
}
