package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.migration.Round;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A container that rewrites all of its memory all the time, and what can be done about it. */
@WithCluster
class RewriteIT {
  /**
   * Says when an element of a large array is not what it was left at. Goes through it in strides,
   * so that nearly each step writes another page: all of it is rewritten in a few milliseconds,
   * however little processor time there is.
   */
  private static final String WRITER =
      "BEGIN { n = 200000; for (i = 0; i < n; i++) a[i] = 0; for (g = 0; ; g++) {"
          + " for (i = 0; i < n; i++) { j = i * 41 % n;"
          + " if (a[j] != g) { print -1; exit } a[j] = g + 1 }"
          + " print g; fflush() } }";

  private static final String HARD = "10ms";

  private String writerOn(TestCluster cluster, Daemon host, String name) throws IOException {
    Path bundle = cluster.playground().root().resolve("writer");
    if (!Files.exists(bundle)) {
      cluster.tools().must("cp", "-a", cluster.counterBundle().toString(), bundle.toString());
      Path file = bundle.resolve("config.json");
      ObjectNode config = (ObjectNode) WireCodec.mapper().readTree(file.toFile());
      config.withObject("/process").putArray("args").add("/bin/busybox").add("awk").add(WRITER);
      Files.write(file, WireCodec.encode(config));
    }
    String id = cluster.cluster().run(host.node(), bundle, name).status().id().value();
    await().atMost(Duration.ofSeconds(20)).until(() -> generation(cluster, id) > 1);
    return id;
  }

  /** The last number that it has written. */
  private static long generation(TestCluster cluster, String id) {
    AtomicLong last = new AtomicLong(-1);
    cluster
        .cluster()
        .follow(
            id,
            0,
            line -> {
              if (line.at("type").text().equals("line")) {
                last.set(Long.parseLong(line.at("text").text()));
              }
              return line.at("type").text().equals("line");
            });
    return last.get();
  }

  private static Cli.Result migrate(TestCluster cluster, String id, Daemon to, String... options) {
    List<String> words = new ArrayList<>(List.of(id, to.node().value(), "-o", "json"));
    words.addAll(Arrays.asList(options));
    return Cli.at(cluster, cluster.c(), "migrate", words.toArray(String[]::new));
  }

  private static Migration ended(Cli.Result result) {
    return WireCodec.decode(result.out(), Migration.class);
  }

  private static void assertGoesOn(TestCluster cluster, String id, Daemon at) {
    assertThat(cluster.cluster().locate(id).owner()).isEqualTo(at.node());
    long seen = generation(cluster, id);
    assertThat(seen).isNotNegative();
    await().atMost(Duration.ofSeconds(20)).until(() -> generation(cluster, id) > seen + 1);
  }

  /** Every limit of processor time that there is for the container on this machine. */
  private static List<String> limits(String id) throws IOException {
    try (Stream<Path> found =
        Files.find(
            Path.of("/sys/fs/cgroup"),
            6,
            (path, a) ->
                path.getParent().endsWith(id)
                    && (path.endsWith("cpu.max") || path.endsWith("cpu.cfs_quota_us")))) {
      return found
          .map(path -> {
            try {
              return Files.readString(path).strip();
            } catch (IOException e) {
              return "";
            }
          })
          .toList();
    }
  }

  @Test
  void eachPolicyDoesWhatItSays(TestCluster cluster) throws IOException {
    String id = writerOn(cluster, cluster.a(), "rewriter");
    List<String> before = limits(id);

    Cli.Result aborted =
        migrate(cluster, id, cluster.b(), "--max-downtime", HARD, "--on-no-converge", "abort");
    assertThat(aborted.code()).as(aborted.err()).isEqualTo(FailureCode.NOT_CONVERGING.exitCode());
    Migration gone = ended(aborted);
    assertThat(gone.failure().orElseThrow().message()).contains("MiB/s are rewritten");
    assertThat(gone.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(gone.frozenAt()).isEmpty();
    assertGoesOn(cluster, id, cluster.a());

    Migration accepted = ended(migrate(cluster, id, cluster.b(), "--max-downtime", HARD));
    MoveIT.assertSucceeded(accepted);
    assertThat(accepted.rounds().converged()).isFalse();
    assertThat(accepted.rounds().why()).contains("are left to send");
    assertThat(accepted.rounds().frozenBytes()).isPositive();
    assertThat(accepted.preflight().orElseThrow().prediction()).isPresent();
    assertGoesOn(cluster, id, cluster.b());

    Migration throttled =
        ended(
            migrate(
                cluster, id, cluster.a(), "--max-downtime", HARD, "--on-no-converge", "throttle"));
    MoveIT.assertSucceeded(throttled);
    List<Round> rounds = throttled.rounds().rounds();
    assertThat(rounds).hasSizeGreaterThan(1);
    assertThat(rounds.getLast().cpuPercent()).isPositive();
    assertThat(rounds.getLast().changedBytes()).isLessThan(rounds.getFirst().changedBytes());
    assertThat(limits(id)).isEqualTo(before);
    assertGoesOn(cluster, id, cluster.a());

    Migration cold = ended(migrate(cluster, id, cluster.b(), "--mode", "cold"));
    MoveIT.assertSucceeded(cold);
    assertThat(cold.rounds().rounds()).isEmpty();
    assertGoesOn(cluster, id, cluster.b());
  }

  @Test
  void twoContainersOfAHostAreNeverFrozenAtTheSameTime(TestCluster cluster) throws IOException {
    String one = writerOn(cluster, cluster.a(), "writer-1");
    String two = cluster.counterOn(cluster.a()).id();
    CompletableFuture<Migration> first =
        CompletableFuture.supplyAsync(
            () -> cluster.cluster().migrate(one, cluster.b().node(), p -> {}));
    CompletableFuture<Migration> second =
        CompletableFuture.supplyAsync(
            () -> cluster.cluster().migrate(two, cluster.c().node(), p -> {}));
    Migration a = first.join();
    Migration b = second.join();
    MoveIT.assertSucceeded(a);
    MoveIT.assertSucceeded(b);
    boolean apart =
        a.restoredAt().orElseThrow().isBefore(b.frozenAt().orElseThrow())
            || b.restoredAt().orElseThrow().isBefore(a.frozenAt().orElseThrow());
    assertThat(apart).as("%s and %s", a, b).isTrue();
    assertGoesOn(cluster, one, cluster.b());
  }
}
