package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.launcher.demo.workload.RedisFiller;
import io.nereid.protocol.codec.WireCodec;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Moves with which other hosts help. */
@WithCluster
class CooperativeIT {
  private static final long DATA_BYTES = 96L << 20;
  private static final int SEED = 11;

  @AfterEach
  void removeSnapshots(TestCluster cluster) {
    for (Snapshot snapshot : SnapshotIT.snapshots(cluster)) {
      Cli.at(cluster, cluster.a(), "snapshots", "rm", snapshot.id().value());
    }
  }

  @Test
  void overASlowSourceLinkTheNeighbourGivesMostAndTheReportSaysSo(TestCluster cluster)
      throws java.io.IOException {
    Location redis = cluster.redisOn(cluster.a());
    String id = redis.status().id().value();
    Path client = cluster.playground().clientNetns();
    String address = MoveIT.address(redis);
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> {
          RedisFiller.fill(client, address, DATA_BYTES, SEED);
          return true;
        });
    Snapshot taken = SnapshotIT.checkpoint(cluster, id);
    Cli.Result copied =
        Cli.at(
            cluster, cluster.a(), "copy", taken.id().value(), "--to", cluster.b().node().value());
    assertThat(copied.code()).as(copied.err()).isZero();

    Migration helped = moved(cluster, id, "--bandwidth", "12m/s");
    assertThat(helped.helped().get(cluster.b().node())).isGreaterThan(DATA_BYTES / 2);
    assertThat(helped.bytesSent()).isLessThan(helped.bytesTotal() * 2 / 3);
    assertThat(RedisFiller.differences(client, address, DATA_BYTES, SEED)).isZero();
  }

  private static Migration moved(TestCluster cluster, String id, String... words) {
    java.util.List<String> all =
        new java.util.ArrayList<>(java.util.List.of(id, cluster.c().node().value(), "-o", "json"));
    all.addAll(java.util.List.of(words));
    Cli.Result result = Cli.at(cluster, cluster.a(), "migrate", all.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    Migration migration = WireCodec.decode(result.out(), Migration.class);
    assertThat(migration.phase()).isEqualTo(Phase.SUCCEEDED);
    return migration;
  }
}
