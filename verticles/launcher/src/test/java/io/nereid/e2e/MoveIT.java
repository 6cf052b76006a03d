package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.launcher.client.Doc;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.workload.CounterWatcher;
import io.nereid.launcher.demo.workload.RedisFiller;
import io.nereid.launcher.demo.workload.RedisWatcher;
import io.nereid.nymph.track.Trackers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Moves that succeed. */
@WithCluster
class MoveIT {
  private static final long DATA_BYTES = 64L << 20;
  private static final int SEED = 7;

  /** More than criu.lazyFromBytes. */
  private static final long LARGE_BYTES = 208L << 20;

  @Test
  void theCounterMovesThereAndBackAndItsLogGoesOn(TestCluster cluster) {
    Counter counter = cluster.counterOn(cluster.a());
    try (CounterWatcher log =
        new CounterWatcher((cursor, reader) ->
            cluster.through(cluster.c()).follow(counter.id(), cursor, d -> pass(d, reader)))) {
      for (Daemon target : new Daemon[] {cluster.b(), cluster.a(), cluster.c()}) {
        assertSucceeded(counter.moveTo(target));
        counter.assertRunsOnlyOn(target);
        long seen = counter.numbers().getLast();
        await().atMost(Duration.ofSeconds(10)).until(() -> log.count() > seen);
      }
      assertThat(log.stats().lost()).isZero();
      assertThat(log.stats().duplicated()).isZero();
    }
  }

  @Test
  void redisKeepsItsConnectionAndItsDataAndTheWayBackIsShort(TestCluster cluster)
      throws IOException {
    Location redis = cluster.redisOn(cluster.a());
    String id = redis.status().id().value();
    String address = address(redis);
    Path client = cluster.playground().clientNetns();
    await()
        .atMost(Duration.ofSeconds(15))
        .ignoreExceptions()
        .until(() -> {
          RedisFiller.fill(client, address, DATA_BYTES, SEED);
          return true;
        });
    try (RedisWatcher watcher = new RedisWatcher(client, address)) {
      await().until(() -> watcher.count() > 10);
      Migration there = cluster.cluster().migrate(id, cluster.b().node(), progress -> {});
      assertSucceeded(there);
      assertThat(there.bytesSent()).isGreaterThan(DATA_BYTES);
      Migration back = cluster.cluster().migrate(id, cluster.a().node(), progress -> {});
      assertSucceeded(back);
      assertThat(back.bytesSent()).as("bytes of the way back").isLessThan(DATA_BYTES / 20);
      long count = watcher.count();
      await().until(() -> watcher.count() > count + 10);
      assertThat(watcher.stats().clean()).as("%s", watcher.stats()).isTrue();
    }
    assertThat(RedisFiller.differences(client, address, DATA_BYTES, SEED)).isZero();
  }

  @Test
  void aLargeContainerRunsBeforeItsMemoryIsInPlaceEvenIfTheDaemonIsKilledThen(TestCluster cluster)
      throws IOException {
    Location redis = cluster.redisOn(cluster.a());
    String id = redis.status().id().value();
    String address = address(redis);
    Path client = cluster.playground().clientNetns();
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> {
          RedisFiller.fill(client, address, LARGE_BYTES, SEED);
          return true;
        });
    Migration large = cluster.through(cluster.c()).migrate(id, cluster.b().node(), progress -> {});
    assertSucceeded(large);
    if (Trackers.impossible().isEmpty()) {
      assertThat(large.rounds().why()).contains("write tracking").doesNotContain("comparison");
    }
    cluster.b().kill();
    assertThat(RedisFiller.differences(client, address, LARGE_BYTES, SEED)).isZero();
    cluster.restart(cluster.b());
    assertSucceeded(cluster.through(cluster.c()).migrate(id, cluster.a().node(), progress -> {}));
    assertThat(RedisFiller.differences(client, address, LARGE_BYTES, SEED)).isZero();
    assertThat(cluster.a().log())
        .anyMatch(line -> line.contains("runs before its memory is in place"));
  }

  static void assertSucceeded(Migration migration) {
    assertThat(migration.failure()).isEmpty();
    assertThat(migration.phase()).isEqualTo(Phase.SUCCEEDED);
  }

  static String address(Location container) {
    String withPrefix = container.status().network().address().orElseThrow();
    return withPrefix.substring(0, withPrefix.indexOf('/'));
  }

  private static boolean pass(Doc document, CounterWatcher.Reader reader) {
    return switch (document.at("type").text()) {
      case "line" -> reader.line(document.at("time").text(), document.at("text").text());
      case "cursor" -> reader.position(document.at("cursor").number(0));
      default -> true;
    };
  }
}
