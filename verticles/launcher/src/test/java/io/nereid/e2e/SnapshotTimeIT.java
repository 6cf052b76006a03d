package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotDiff;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.JobMessages.SnapshotList;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Containers that are protected, and taken back in time. */
@WithCluster
class SnapshotTimeIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @AfterEach
  void removeEverything(TestCluster cluster) throws IOException {
    for (Daemon daemon : cluster.hosts()) {
      Faults.clear(daemon);
    }
    for (Location location : cluster.cluster().containers()) {
      cluster.cluster().remove(location.status().id().value());
    }
    places(cluster).stream()
        .map(place -> place.snapshot().id())
        .distinct()
        .forEach(id -> ok(cluster, "snapshots", "rm", id.value()));
  }

  @Test
  void aProtectedCounterIsTakenByItsScheduleAndOldOnesGoWhereverItMoves(TestCluster cluster) {
    Counter counter = cluster.counterOn(cluster.a());
    ok(
        cluster,
        "protect",
        counter.id(),
        "--checkpoint-every",
        "1s",
        "--chain",
        "2",
        "--keep",
        "2",
        "--replicas",
        "0");
    Set<SnapshotId> seen = new HashSet<>();
    await("many are taken, and few are left")
        .atMost(SOON)
        .until(() -> {
          places(cluster).forEach(p -> seen.add(p.snapshot().id()));
          return seen.size() >= 8 && kept(cluster, counter) <= 2;
        });
    assertThat(places(cluster).size()).isLessThanOrEqualTo(6);
    counter.assertRunsOnlyOn(cluster.a());
    assertThat(ok(cluster, "inspect", counter.id())).contains("a snapshot every 1.00 s; chain 2");

    MoveIT.assertSucceeded(counter.moveWhenFree(cluster.b()));
    await("its schedule has come along")
        .atMost(SOON)
        .until(() -> places(cluster).stream().anyMatch(p -> p.holder().equals(cluster.b().node())));
    counter.assertRunsOnlyOn(cluster.b());

    ok(cluster, "protect", counter.id(), "--off");
    assertThat(cluster.cluster().locate(counter.id()).status().policy()).isEmpty();
    await("one that was under way has ended").atMost(SOON).until(() -> settled(cluster));
  }

  @Test
  void aRewoundCounterCountsOnFromThereAndCanComeBack(TestCluster cluster) {
    Counter counter = cluster.counterOn(cluster.a());
    counter.awaitCounting();
    ok(cluster, "checkpoint", counter.id(), "--name", "early");
    long early = counter.numbers().getLast();
    await("it counts on").atMost(SOON).until(() -> counter.numbers().getLast() > early + 20);
    ok(cluster, "protect", counter.id(), "--checkpoint-every", "0");
    long late = counter.numbers().getLast();
    Location before = cluster.cluster().locate(counter.id());

    ok(cluster, "checkpoint", counter.id(), "--name", "later");
    SnapshotDiff diff =
        WireCodec.decode(ok(cluster, "diff", "early", "later", "-o", "json"), SnapshotDiff.class);
    assertThat(diff.files())
        .filteredOn(f -> f.path().equals(Bundles.COUNT_FILE))
        .singleElement()
        .matches(f -> f.change() == SnapshotDiff.Change.CHANGED && f.before() < f.after());
    assertThat(diff.processes()).anyMatch(p -> p.pagesChanged() > 0 && p.bytesAfter() > 0);
    assertThat(ok(cluster, "diff", "early", "early")).contains("no file differs");

    ok(cluster, "rewind", counter.id(), "--to", "early");
    Counter rewound = new Counter(cluster, counter.id());
    rewound.assertRunsOnlyOn(cluster.a());
    Location after = cluster.cluster().locate(counter.id());
    assertThat(after.status().network()).isEqualTo(before.status().network());
    assertThat(after.status().policy()).isEqualTo(before.status().policy());
    assertThat(before.status().epoch().isOlderThan(after.status().epoch())).isTrue();
    assertThat(ok(cluster, "logs", counter.id(), "--tail", "1")).isNotBlank();

    ok(cluster, "rewind", counter.id(), "--to", "before-rewind", "--no-snapshot");
    Counter back = new Counter(cluster, counter.id());
    back.assertRunsOnlyOn(cluster.a());
    assertThat(back.numbers().getLast()).isGreaterThan(late);
    assertThat(places(cluster)).extracting(p -> p.snapshot().label().orElse("")).hasSize(3);
  }

  @ParameterizedTest(name = "at {0}")
  @ValueSource(strings = {"nymph.Rewind.marked", "nymph.Rewind.removed", "nymph.Rewind.restored"})
  void aKillInTheMiddleOfARewindLosesNothing(String point, TestCluster cluster) throws IOException {
    Daemon host = cluster.others(cluster.leader()).getFirst();
    Counter counter = cluster.counterOn(host);
    counter.awaitCounting();
    ok(cluster, "checkpoint", counter.id(), "--name", "early");
    Faults.hold(host, point);
    Thread client =
        Thread.ofVirtual()
            .start(
                () -> Cli.at(cluster, cluster.leader(), "rewind", counter.id(), "--to", "early"));
    Faults.awaitReached(host, point);
    host.kill();
    Faults.clear(host);
    cluster.restart(host);
    assertThat(counter.awaitSettled().host()).isEqualTo(host.host());
    Counter again = new Counter(cluster, counter.id());
    again.assertRunsOnlyOn(host);
    client.interrupt();
    await("the coordinator has given it up")
        .atMost(SOON)
        .ignoreExceptions()
        .until(() -> {
          MoveIT.assertSucceeded(again.moveWhenFree(cluster.leader()));
          return true;
        });
    again.assertRunsOnlyOn(cluster.leader());
  }

  @Test
  void aRewindThatFailsLeavesTheContainerAsItWas(TestCluster cluster) throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    counter.awaitCounting();
    ok(cluster, "checkpoint", counter.id(), "--name", "early");
    long early = counter.numbers().getLast();
    await("it counts on").atMost(SOON).until(() -> counter.numbers().getLast() > early + 20);
    long late = counter.numbers().getLast();
    Faults.fail(cluster.a(), "nymph.Rewind.removed");
    Cli.Result failed = Cli.at(cluster, cluster.a(), "rewind", counter.id(), "--to", "early");
    assertThat(failed.code()).isNotZero();
    assertThat(failed.err()).contains("goes on from snapshot");
    counter.assertRunsOnlyOn(cluster.a());
    assertThat(counter.numbers().getLast()).isGreaterThan(late);
  }

  private static long kept(TestCluster cluster, Counter counter) {
    return places(cluster).stream()
        .map(SnapshotPlace::snapshot)
        .filter(s -> s.container().value().equals(counter.id()))
        .filter(Snapshot::full)
        .count();
  }

  private static boolean settled(TestCluster cluster) {
    List<SnapshotPlace> once = places(cluster);
    return once.equals(places(cluster));
  }

  private static List<SnapshotPlace> places(TestCluster cluster) {
    return WireCodec.decode(ok(cluster, "snapshots", "-a", "-o", "json"), SnapshotList.class)
        .snapshots();
  }

  private static String ok(TestCluster cluster, String command, String... words) {
    Cli.Result result = Cli.at(cluster, cluster.leader(), command, words);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }
}
