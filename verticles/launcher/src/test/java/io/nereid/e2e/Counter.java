package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.migration.Migration;
import io.nereid.launcher.demo.Copies;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.HostLeftovers;
import io.nereid.launcher.demo.workload.Bundles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A container that counts, and what must be true of it whatever has happened. */
final class Counter {
  private static final Duration SETTLES_WITHIN = Duration.ofSeconds(40);
  private static final Duration COUNTS_WITHIN = Duration.ofSeconds(10);
  private final TestCluster cluster;
  private final String id;
  private Migration last;
  private long highest;

  Counter(TestCluster cluster, String id) {
    this.cluster = cluster;
    this.id = id;
  }

  String id() {
    return id;
  }

  Migration moveTo(Daemon target) {
    return cluster.cluster().migrate(id, target.node(), progress -> {});
  }

  /** Moves it as soon as an earlier migration has cleaned up, which happens in the background. */
  Migration moveWhenFree(Daemon target) {
    await("an earlier migration has cleaned up")
        .atMost(SETTLES_WITHIN)
        .ignoreExceptionsMatching(e -> FailureException.failureOf(e).code() == FailureCode.BUSY)
        .until(() -> {
          last = moveTo(target);
          return true;
        });
    return last;
  }

  Migration beginMoveTo(Daemon target) {
    return cluster.cluster().beginMigration(id, target.node());
  }

  /** The numbers that it has written to its file, where it runs. */
  List<Long> numbers() {
    List<Copies.Copy> copies = copies();
    assertThat(copies).hasSize(1);
    return numbersOn(cluster.playground().daemon(copies.getFirst().host()));
  }

  private List<Long> numbersOn(Daemon daemon) {
    Path file = daemon.dataDir().resolve("containers/" + id + "/upper" + Bundles.COUNT_FILE);
    try {
      String text = Files.readString(file);
      // The last line may be being written.
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().map(Long::valueOf).toList();
    } catch (java.nio.file.NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Copies.Copy> copies() {
    return new Copies(cluster.tools(), cluster.hosts()).of(id);
  }

  /** It writes a number that it has not written before. */
  void awaitCounting() {
    await("counts on after " + highest)
        .atMost(COUNTS_WITHIN)
        .ignoreExceptions()
        .until(() -> numbers().getLast() > highest);
    highest = numbers().getLast();
  }

  /** Waits until exactly one copy runs and the cluster says the same; returns where. */
  Daemon awaitSettled() {
    await("one running copy, known to the cluster")
        .atMost(SETTLES_WITHIN)
        .ignoreExceptions()
        .untilAsserted(() -> {
          List<Copies.Copy> copies = copies();
          assertThat(copies).singleElement().matches(copy -> copy.status().equals("running"));
          var location = cluster.cluster().locate(id);
          assertThat(cluster.host(location.owner()).host()).isEqualTo(copies.getFirst().host());
          assertThat(location.status().state()).isEqualTo(ContainerState.RUNNING);
          assertThat(location.migration()).isEmpty();
        });
    return cluster.playground().daemon(copies().getFirst().host());
  }

  /** One copy, there, that goes on counting; and nothing of it anywhere else. */
  void assertRunsOnlyOn(Daemon daemon) {
    assertThat(awaitSettled().host()).as("host of the running copy").isEqualTo(daemon.host());
    awaitCounting();
    assertUnbroken();
    await()
        .atMost(SETTLES_WITHIN)
        .untilAsserted(() -> {
          List<String> left = new ArrayList<>();
          for (Daemon other : cluster.others(daemon)) {
            left.addAll(HostLeftovers.of(cluster.tools(), cluster.playground(), other, id));
          }
          assertThat(left).isEmpty();
        });
  }

  /** No number is missing, none is there twice. */
  void assertUnbroken() {
    List<Long> numbers = numbers();
    for (int i = 0; i < numbers.size(); i++) {
      assertThat(numbers.get(i)).as("line " + (i + 1) + " of the count").isEqualTo(i + 1L);
    }
  }
}
