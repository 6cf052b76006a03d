package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.node.NodeView;
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

/** Snapshots that several hosts hold. */
@WithCluster
class CopyIT {
  private static final int NOT_FOUND = 3;

  @AfterEach
  void removeSnapshots(TestCluster cluster) throws IOException {
    for (Daemon daemon : cluster.hosts()) {
      Faults.clear(daemon);
    }
    for (Snapshot snapshot : SnapshotIT.snapshots(cluster)) {
      Cli.at(cluster, cluster.a(), "snapshots", "rm", snapshot.id().value());
    }
  }

  @Test
  void aSecondHolderBringsItUpWhenTheFirstIsGoneAndSharesContentOfEarlierOnes(TestCluster cluster)
      throws IOException {
    Daemon first = cluster.others(cluster.leader()).getFirst();
    Daemon second = cluster.leader();
    Counter counter = cluster.counterOn(first);
    Snapshot one = SnapshotIT.checkpoint(cluster, counter);
    Snapshot copy = copied(copy(cluster, one, second));
    assertThat(copy.stored(one.sizes(), one.tookMs())).isEqualTo(one);
    assertThat(copied(copy(cluster, one, second))).isEqualTo(copy);
    assertThat(holders(cluster, one)).containsExactlyInAnyOrder(first.node(), second.node());

    Snapshot two = SnapshotIT.checkpoint(cluster, counter);
    assertThat(copied(copy(cluster, two, second)).sizes().unique())
        .isLessThan(copy.sizes().unique());

    first.kill();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() ->
            cluster.through(second).nodes().stream().filter(NodeView::present).count()
                == cluster.hosts().size() - 1);
    Cli.Result up =
        Cli.at(cluster, second, "restore", two.id().value(), "--name", "second", "-o", "json");
    assertThat(up.code()).as(up.err()).isZero();
    Location location = WireCodec.decode(up.out(), Location.class);
    Counter revived = new Counter(cluster, location.status().id().value());
    assertThat(revived.awaitSettled().host()).isEqualTo(second.host());
    revived.awaitCounting();
    cluster.cluster().remove(revived.id());
    cluster.restart(first);
    assertThat(Cli.at(cluster, second, "snapshots", "rm", two.id().value()).code()).isZero();
    assertThat(holders(cluster, two)).isEmpty();
  }

  @Test
  void aCopyToAHostThatDoesNotExistIsRefusedAndAKilledReceiverKeepsNothingHalf(TestCluster cluster)
      throws IOException {
    Daemon target = cluster.others(cluster.leader()).getFirst();
    Counter counter = cluster.counterOn(cluster.leader());
    Snapshot taken = SnapshotIT.checkpoint(cluster, counter);
    Cli.Result nowhere =
        Cli.at(cluster, cluster.a(), "copy", taken.id().value(), "--to", "nowhere");
    assertThat(nowhere.code()).as(nowhere.err()).isEqualTo(NOT_FOUND);

    Faults.hold(target, "nymph.Replicate.lent");
    Thread asking = Thread.ofVirtual().start(() -> copy(cluster, taken, target));
    Faults.awaitReached(target, "nymph.Replicate.lent");
    target.kill();
    Faults.clear(target);
    cluster.restart(target);
    await().atMost(Duration.ofSeconds(90)).until(() -> !asking.isAlive());
    assertThat(holders(cluster, taken)).containsExactly(cluster.leader().node());
    copied(copy(cluster, taken, target));
    assertThat(holders(cluster, taken)).hasSize(2);
  }

  private static Cli.Result copy(TestCluster cluster, Snapshot snapshot, Daemon to) {
    return Cli.at(
        cluster,
        cluster.leader(),
        "copy",
        snapshot.id().value(),
        "--to",
        to.node().value(),
        "-o",
        "json");
  }

  private static Snapshot copied(Cli.Result result) {
    assertThat(result.code()).as(result.err()).isZero();
    return WireCodec.decode(result.out(), Snapshot.class);
  }

  private static List<io.nereid.domain.id.NodeId> holders(TestCluster cluster, Snapshot snapshot) {
    Cli.Result result = Cli.at(cluster, cluster.leader(), "snapshots", "-a", "-o", "json");
    assertThat(result.code()).as(result.err()).isZero();
    return WireCodec.decode(result.out(), SnapshotList.class).snapshots().stream()
        .filter(place -> place.snapshot().id().equals(snapshot.id()))
        .map(SnapshotPlace::holder)
        .toList();
  }
}
