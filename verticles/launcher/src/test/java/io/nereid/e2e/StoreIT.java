package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.workload.RedisFiller;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Snapshots that read and store only what has changed, and damage on the disk. */
@WithCluster
class StoreIT {
  private static final int MISMATCH = 9;
  private static final long DATA_BYTES = 96L << 20;
  private static final long PART_BYTES = 4L << 20;
  private static final int VALUE_BYTES = 16 * 1024;

  @AfterEach
  void removeSnapshots(TestCluster cluster) throws IOException {
    for (Snapshot snapshot : SnapshotIT.snapshots(cluster)) {
      Cli.at(cluster, cluster.a(), "snapshots", "rm", snapshot.id().value());
    }
  }

  private static void fill(Path client, String address, long bytes, int seed) {
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> {
          RedisFiller.fill(client, address, bytes, seed);
          return true;
        });
  }

  private static Snapshot checkpoint(TestCluster cluster, String id) {
    Cli.Result taken = Cli.at(cluster, cluster.a(), "checkpoint", id, "-o", "json");
    assertThat(taken.code()).as(taken.err()).isZero();
    return WireCodec.decode(taken.out(), Snapshot.class);
  }

  @Test
  void theThirdSnapshotInARowCostsWhatHasChangedAndComesBackWithEverything(TestCluster cluster)
      throws IOException {
    Location redis = cluster.redisOn(cluster.a());
    String id = redis.status().id().value();
    Path client = cluster.playground().clientNetns();
    String address = MoveIT.address(redis);
    fill(client, address, DATA_BYTES, 5);
    Snapshot first = checkpoint(cluster, id);
    fill(client, address, PART_BYTES, 6);
    Snapshot second = checkpoint(cluster, id);
    fill(client, address, 2 * PART_BYTES, 7);
    Snapshot third = checkpoint(cluster, id);
    assertThat(first.sizes().unique()).isGreaterThan(DATA_BYTES);
    assertThat(second.sizes().unique()).isLessThan(DATA_BYTES / 4);
    assertThat(third.sizes().unique()).isLessThan(DATA_BYTES / 3);
    // The base is needed no longer.
    assertThat(Cli.at(cluster, cluster.a(), "snapshots", "rm", second.id().value()).code())
        .isZero();
    assertThat(Cli.at(cluster, cluster.a(), "snapshots", "verify").code()).isZero();
    Cli.Result copy =
        Cli.at(
            cluster,
            cluster.a(),
            "restore",
            third.id().value(),
            "--name",
            "redis-third",
            "--on",
            cluster.b().node().value(),
            "-o",
            "json");
    assertThat(copy.code()).as(copy.err()).isZero();
    String other = MoveIT.address(WireCodec.decode(copy.out(), Location.class));
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .untilAsserted(
            () -> assertThat(RedisFiller.differences(client, other, 2 * PART_BYTES, 7)).isZero());
    assertThat(RedisFiller.differences(client, other, DATA_BYTES, 5))
        .isEqualTo(2 * PART_BYTES / VALUE_BYTES);
  }

  @Test
  void aFlippedBitIsFoundAndRepairedFromAnotherHolder(TestCluster cluster) throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    Snapshot taken = SnapshotIT.checkpoint(cluster, counter);
    flip(cluster.a());
    Cli.Result found = Cli.at(cluster, cluster.b(), "snapshots", "verify", taken.id().value());
    assertThat(found.code()).as(found.out()).isEqualTo(MISMATCH);
    assertThat(found.out()).contains("1 pieces damaged, 0 repaired");
    // Nobody else has it.
    assertThat(
            Cli.at(cluster, cluster.a(), "snapshots", "verify", taken.id().value(), "--repair")
                .code())
        .isEqualTo(MISMATCH);
    assertThat(Cli.at(cluster, cluster.a(), "restore", taken.id().value(), "--name", "bad").code())
        .isEqualTo(MISMATCH);

    // A new one does not refer to what is damaged.
    Snapshot next = SnapshotIT.checkpoint(cluster, counter);
    Cli.Result copied =
        Cli.at(cluster, cluster.a(), "copy", next.id().value(), "--to", cluster.b().node().value());
    assertThat(copied.code()).as(copied.err()).isZero();
    assertThat(Cli.at(cluster, cluster.a(), "snapshots", "verify", next.id().value()).code())
        .isZero();
    flip(cluster.b());
    Cli.Result repaired =
        Cli.at(cluster, cluster.c(), "snapshots", "verify", next.id().value(), "--repair");
    assertThat(repaired.code()).as(repaired.out()).isZero();
    assertThat(repaired.out()).contains("1 pieces damaged, 1 repaired");
    assertThat(Cli.at(cluster, cluster.a(), "snapshots", "verify", next.id().value()).out())
        .doesNotContain("damaged");
  }

  /** In the first chunk of the only pack, or of the newest. */
  private static void flip(Daemon daemon) throws IOException {
    Path newest;
    try (Stream<Path> packs = Files.list(daemon.dataDir().resolve("snapshots/packs"))) {
      newest =
          packs
              .max(Comparator.comparingInt(p -> Integer.parseInt(p.getFileName().toString())))
              .orElseThrow();
    }
    try (RandomAccessFile file = new RandomAccessFile(newest.resolve("content").toFile(), "rw")) {
      int is = file.read();
      file.seek(0);
      file.write(is ^ 1);
    }
  }
}
