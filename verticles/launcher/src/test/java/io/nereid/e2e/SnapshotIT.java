package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.workload.RedisFiller;
import io.nereid.launcher.demo.workload.RedisWatcher;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.JobMessages.SnapshotList;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshots of containers that run on, and what becomes of them. */
@WithCluster
class SnapshotIT {
  private static final int CONFLICT = 4;
  private static final int MISMATCH = 9;
  private static final long DATA_BYTES = 64L << 20;
  private static final int SEED = 5;

  @AfterEach
  void removeSnapshots(TestCluster cluster) throws IOException {
    for (Daemon daemon : cluster.hosts()) {
      Faults.clear(daemon);
    }
    for (Snapshot snapshot : snapshots(cluster)) {
      Cli.at(cluster, cluster.a(), "snapshots", "rm", snapshot.id().value());
    }
    for (Daemon daemon : cluster.hosts()) {
      assertThat(packs(daemon)).as("content that nobody needs").isEmpty();
    }
  }

  @Test
  void aCounterRunsOnWhileItIsTakenAndComesBackAsItselfOrBesideItself(TestCluster cluster)
      throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    Snapshot first = checkpoint(cluster, counter, "--name", "before");
    counter.assertRunsOnlyOn(cluster.a());
    assertThat(first.freezeMs()).isBetween(1L, 5_000L);
    assertThat(first.label()).contains("before");
    Snapshot second = checkpoint(cluster, counter);
    assertThat(second.sizes().unique()).isLessThan(first.sizes().unique());
    assertThat(snapshots(cluster))
        .extracting(Snapshot::id)
        .containsExactly(second.id(), first.id());

    Cli.Result there = Cli.at(cluster, cluster.b(), "restore", "before");
    assertThat(there.code()).isEqualTo(CONFLICT);
    assertThat(there.err()).contains("still exists").contains("--name");
    Cli.Result beside =
        Cli.at(
            cluster,
            cluster.c(),
            "restore",
            "before",
            "--name",
            "copy",
            "--on",
            cluster.b().node().value(),
            "-o",
            "json");
    assertThat(beside.code()).as(beside.err()).isZero();
    Location copy = WireCodec.decode(beside.out(), Location.class);
    Location original = cluster.cluster().locate(counter.id());
    assertThat(copy.status().id()).isNotEqualTo(original.status().id());
    assertThat(copy.status().network().address())
        .isNotEqualTo(original.status().network().address());
    Counter other = new Counter(cluster, copy.status().id().value());
    assertRunsOn(other, cluster.b());
    assertRunsOn(counter, cluster.a());
    cluster.cluster().remove(other.id());

    cluster.cluster().remove(counter.id());
    Cli.Result back =
        Cli.at(
            cluster,
            cluster.a(),
            "restore",
            second.id().value(),
            "--on",
            cluster.c().node().value());
    assertThat(back.code()).as(back.err()).isZero();
    counter.assertRunsOnlyOn(cluster.c());
    Location again = cluster.cluster().locate(counter.id());
    assertThat(again.status().name()).isEqualTo(original.status().name());
    assertThat(again.status().network()).isEqualTo(original.status().network());
    assertThat(original.status().epoch().isOlderThan(again.status().epoch())).isTrue();
    // And it moves like any other.
    MoveIT.assertSucceeded(counter.moveWhenFree(cluster.a()));
    counter.assertRunsOnlyOn(cluster.a());
  }

  @Test
  void redisKeepsItsClientAndTheSnapshotHasAllOfItsData(TestCluster cluster) throws IOException {
    Location redis = cluster.redisOn(cluster.a());
    String id = redis.status().id().value();
    Path client = cluster.playground().clientNetns();
    String address = MoveIT.address(redis);
    await()
        .atMost(Duration.ofSeconds(15))
        .ignoreExceptions()
        .until(() -> {
          RedisFiller.fill(client, address, DATA_BYTES, SEED);
          return true;
        });
    Snapshot taken;
    try (RedisWatcher watcher = new RedisWatcher(client, address)) {
      await().until(() -> watcher.count() > 10);
      taken = checkpoint(cluster, id);
      long count = watcher.count();
      await().until(() -> watcher.count() > count + 10);
      assertThat(watcher.stats().clean()).as("%s", watcher.stats()).isTrue();
      assertNoLockIsLeft(cluster, cluster.a(), id);
      Cli.Result copy =
          Cli.at(
              cluster,
              cluster.a(),
              "restore",
              taken.id().value(),
              "--name",
              "redis-copy",
              "--on",
              cluster.b().node().value(),
              "-o",
              "json");
      assertThat(copy.code()).as(copy.err()).isZero();
      String other = MoveIT.address(WireCodec.decode(copy.out(), Location.class));
      await()
          .ignoreExceptions()
          .untilAsserted(
              () -> assertThat(RedisFiller.differences(client, other, DATA_BYTES, SEED)).isZero());
      assertThat(watcher.stats().clean()).as("%s", watcher.stats()).isTrue();
    }
    assertThat(RedisFiller.differences(client, address, DATA_BYTES, SEED)).isZero();
  }

  @ParameterizedTest(name = "at {0}")
  @ValueSource(strings = {"read", "frozen", "dumped", "thawed"})
  void aFailureLetsTheContainerRunOnAndLeavesNothing(String point, TestCluster cluster)
      throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    Faults.fail(cluster.a(), "nymph.Take." + point);
    Cli.Result failed = Cli.at(cluster, cluster.a(), "checkpoint", counter.id());
    assertThat(failed.code()).as(failed.err()).isNotZero();
    Faults.clear(cluster.a());
    counter.assertRunsOnlyOn(cluster.a());
    assertNothingIsBeingTaken(cluster.a());
    assertNoLockIsLeft(cluster, cluster.a(), counter.id());
  }

  @ParameterizedTest(name = "at {0}")
  @ValueSource(strings = {"frozen", "dumped"})
  void aDaemonThatIsKilledMeanwhileThawsWhenItComesBack(String point, TestCluster cluster)
      throws IOException {
    Daemon host = cluster.others(cluster.leader()).getFirst();
    Counter counter = cluster.counterOn(host);
    Faults.hold(host, "nymph.Take." + point);
    Thread asking =
        Thread.ofVirtual()
            .start(() -> Cli.at(cluster, cluster.leader(), "checkpoint", counter.id()));
    Faults.awaitReached(host, "nymph.Take." + point);
    host.kill();
    Faults.clear(host);
    cluster.restart(host);
    counter.assertRunsOnlyOn(host);
    assertNothingIsBeingTaken(host);
    assertNoLockIsLeft(cluster, host, counter.id());
    await().atMost(Duration.ofSeconds(30)).until(() -> !asking.isAlive());
    checkpoint(cluster, counter);
  }

  @Test
  void aContainerIsNotTakenAndMovedAtOnce(TestCluster cluster) throws IOException {
    Daemon a = cluster.a();
    Counter counter = cluster.counterOn(a);
    Faults.hold(a, "nymph.Take.read");
    Thread asking = Thread.ofVirtual().start(() -> Cli.at(cluster, a, "checkpoint", counter.id()));
    Faults.awaitReached(a, "nymph.Take.read");
    Cli.Result moved = Cli.at(cluster, a, "migrate", counter.id(), cluster.b().node().value());
    assertThat(moved.code()).isEqualTo(CONFLICT);
    assertThat(moved.err()).contains("checkpoint");
    Faults.clear(a);
    await().atMost(Duration.ofSeconds(30)).until(() -> !asking.isAlive());
    Faults.hold(a, "nymph.SendAhead.begin");
    Migration moving = counter.beginMoveTo(cluster.b());
    Faults.awaitReached(a, "nymph.SendAhead.begin");
    Cli.Result taken = Cli.at(cluster, a, "checkpoint", counter.id());
    assertThat(taken.code()).isEqualTo(CONFLICT);
    assertThat(taken.err()).contains(moving.id().value());
    Faults.clear(a);
    counter.assertRunsOnlyOn(cluster.b());
  }

  @Test
  void aSnapshotWithAFlippedBitIsNotBroughtUp(TestCluster cluster) throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    Snapshot taken = checkpoint(cluster, counter);
    // Within the first chunk: there is padding between chunks.
    flip(packs(cluster.a()).getFirst().resolve("content"), 10);
    Cli.Result refused =
        Cli.at(
            cluster,
            cluster.a(),
            "restore",
            taken.id().value(),
            "--name",
            "damaged",
            "--on",
            cluster.b().node().value());
    assertThat(refused.code()).as(refused.err()).isEqualTo(MISMATCH);
    assertThat(refused.err()).contains("damaged");
    assertThat(cluster.cluster().containers()).hasSize(1);
    counter.assertRunsOnlyOn(cluster.a());
  }

  @Test
  void anArchiveIsReadBackOnAnotherHostAndAContainerComesOfIt(TestCluster cluster)
      throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    String file = cluster.playground().root().resolve("counter.tar").toString();
    String b = cluster.b().node().value();
    Cli.Result written = Cli.at(cluster, cluster.a(), "export", counter.id(), file, "--on", b);
    assertThat(written.code()).as(written.err()).isZero();
    assertThat(snapshots(cluster)).isEmpty();
    Cli.Result again = Cli.at(cluster, cluster.b(), "export", counter.id(), file);
    assertThat(again.code()).as(again.err()).isEqualTo(2);
    assertThat(again.err()).contains("exists already");

    Path damaged = Path.of(file).resolveSibling("damaged.tar");
    Files.copy(Path.of(file), damaged, StandardCopyOption.REPLACE_EXISTING);
    flip(damaged, Files.size(damaged) / 2);
    Cli.Result refused = Cli.at(cluster, cluster.c(), "import", damaged.toString());
    assertThat(refused.code()).as(refused.err()).isIn(2, MISMATCH);

    Cli.Result read = Cli.at(cluster, cluster.c(), "import", file, "--name", "from-file");
    assertThat(read.code()).as(read.err()).isZero();
    Cli.Result up =
        Cli.at(cluster, cluster.a(), "restore", "from-file", "--name", "revived", "-o", "json");
    assertThat(up.code()).as(up.err()).isZero();
    Location revived = WireCodec.decode(up.out(), Location.class);
    assertRunsOn(new Counter(cluster, revived.status().id().value()), cluster.c());
    assertRunsOn(counter, cluster.a());
    Files.delete(Path.of(file));
    Files.delete(damaged);
  }

  private static void assertRunsOn(Counter counter, Daemon daemon) {
    assertThat(counter.awaitSettled().host()).isEqualTo(daemon.host());
    counter.awaitCounting();
    counter.assertUnbroken();
  }

  private static void flip(Path file, long at) throws IOException {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      java.nio.ByteBuffer one = java.nio.ByteBuffer.allocate(1);
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1)).rewind();
      channel.write(one, at);
    }
  }

  static Snapshot checkpoint(TestCluster cluster, Counter counter, String... words) {
    return checkpoint(cluster, counter.id(), words);
  }

  static Snapshot checkpoint(TestCluster cluster, String id, String... words) {
    List<String> all = new java.util.ArrayList<>(List.of(id, "-o", "json"));
    all.addAll(List.of(words));
    Cli.Result result = Cli.at(cluster, cluster.a(), "checkpoint", all.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isZero();
    return WireCodec.decode(result.out(), Snapshot.class);
  }

  static List<Snapshot> snapshots(TestCluster cluster) {
    Cli.Result result = Cli.at(cluster, cluster.a(), "snapshots", "-a", "-o", "json");
    assertThat(result.code()).as(result.err()).isZero();
    return WireCodec.decode(result.out(), SnapshotList.class).snapshots().stream()
        .map(io.nereid.domain.snapshot.SnapshotPlace::snapshot)
        .toList();
  }

  private static List<Path> packs(Daemon daemon) {
    try (Stream<Path> all = Files.list(daemon.dataDir().resolve("snapshots/packs"))) {
      return all.toList();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void assertNothingIsBeingTaken(Daemon daemon) {
    for (Path directory : List.of(daemon.dumpDir(), daemon.dataDir().resolve("checkpoints"))) {
      try (Stream<Path> all = Files.walk(directory, 2)) {
        assertThat(all.map(Path::getFileName).map(Path::toString))
            .noneMatch(name -> name.startsWith("checkpoint-") || name.endsWith(".json"));
      } catch (java.nio.file.NoSuchFileException e) {
        // Never needed, so never made.
        assertThat(directory).doesNotExist();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
  }

  private static void assertNoLockIsLeft(TestCluster cluster, Daemon daemon, String id) {
    Location location = cluster.through(daemon).locate(id);
    assertThat(location.status().state()).isEqualTo(ContainerState.RUNNING);
    int pid = location.status().pid().orElseThrow();
    assertThat(
            cluster
                .tools()
                .must(
                    "nsenter", "--target", Integer.toString(pid), "--net", "nft", "list", "tables"))
        .isBlank();
  }
}
