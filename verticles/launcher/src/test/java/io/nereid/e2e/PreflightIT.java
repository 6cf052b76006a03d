package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.nereid.domain.container.Location;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.preflight.Prediction;
import io.nereid.domain.preflight.Verdict;
import io.nereid.launcher.demo.workload.RedisFiller;
import io.nereid.launcher.demo.workload.RedisWatcher;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What is said before a move, in a real cluster. */
@WithCluster
class PreflightIT {
  private static final int INCOMPATIBLE = 6;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void aDryRunSaysForEachHostThatItWorksAndChangesNothing(TestCluster cluster) throws IOException {
    Counter counter = cluster.counterOn(cluster.a());
    Location before = cluster.cluster().locate(counter.id());
    Cli.Result text = Cli.at(cluster, cluster.b(), "migrate", counter.id(), "--dry-run");
    assertThat(text.err()).isEmpty();
    assertThat(text.code()).as(text.out()).isZero();
    Cli.Result json =
        Cli.at(cluster, cluster.a(), "migrate", counter.id(), "--dry-run", "-o", "json");
    JsonNode report = JSON.readTree(json.out());
    assertThat(report.path("source").asText()).isEqualTo(cluster.a().node().value());
    assertThat(report.path("hosts").findValuesAsText("host"))
        .containsExactlyInAnyOrder(cluster.b().node().value(), cluster.c().node().value());
    assertThat(report.path("hosts").findValuesAsText("verdict")).containsOnly("YES");
    Location after = cluster.cluster().locate(counter.id());
    assertThat(after.status()).isEqualTo(before.status());
    assertThat(after.owner()).isEqualTo(cluster.a().node());
    counter.assertRunsOnlyOn(cluster.a());
  }

  @Test
  void theReportOfAMoveHasThePredictionBesideTheResult(TestCluster cluster) {
    Counter counter = cluster.counterOn(cluster.a());
    Migration moved = counter.moveTo(cluster.b());
    MoveIT.assertSucceeded(moved);
    assertThat(moved.preflight().orElseThrow().verdict()).isEqualTo(Verdict.YES);
    Prediction predicted = moved.preflight().orElseThrow().prediction().orElseThrow();
    assertThat(predicted.pauseMs()).isPositive();
    assertThat(predicted.bytes()).isPositive();
    Cli.Result shown = Cli.at(cluster, cluster.a(), "migrations", moved.id().value());
    assertThat(shown.out()).contains("predicted: frozen for");
  }

  @Test
  void aRedisWithAClientIsNoRisk(TestCluster cluster) throws IOException {
    Location redis = cluster.redisOn(cluster.a());
    String id = redis.status().id().value();
    String address = MoveIT.address(redis);
    Path client = cluster.playground().clientNetns();
    await()
        .atMost(Duration.ofSeconds(15))
        .ignoreExceptions()
        .until(() -> {
          RedisFiller.fill(client, address, 1 << 20, 1);
          return true;
        });
    try (RedisWatcher watcher = new RedisWatcher(client, address)) {
      await().until(() -> watcher.count() > 10);
      Cli.Result result =
          Cli.at(cluster, cluster.a(), "migrate", id, "--dry-run", cluster.b().node().value());
      assertThat(result.code()).as(result.out()).isZero();
      assertThat(result.out()).contains("info tcp: ", "established TCP connections move along");
    }
  }

  @Test
  void whatCannotMoveIsRefusedInAdvanceAndRunsOn(TestCluster cluster) throws IOException {
    Path bundle = Files.createDirectories(cluster.playground().root().resolve("outside"));
    Path shared = Files.createDirectories(cluster.playground().root().resolve("outside-data"));
    String config = Files.readString(cluster.counterBundle().resolve("config.json"));
    String mount =
        "\"mounts\" : [ {\"destination\": \"/looked-at\", \"type\": \"bind\", \"source\": \""
            + shared
            + "\", \"options\": [\"bind\"]}, ";
    Files.writeString(
        bundle.resolve("config.json"), config.replaceFirst("\"mounts\" : \\[", mount));
    cluster
        .tools()
        .must(
            "cp",
            "-a",
            cluster.counterBundle().resolve("rootfs").toString(),
            bundle.resolve("rootfs").toString());
    Location made = cluster.cluster().run(cluster.a().node(), bundle, "with-a-mount");
    String id = made.status().id().value();
    Files.delete(shared);
    String target = cluster.b().node().value();
    Cli.Result dry = Cli.at(cluster, cluster.a(), "migrate", id, target, "--dry-run", "--force");
    assertThat(dry.code()).as(dry.out()).isEqualTo(INCOMPATIBLE);
    assertThat(dry.out()).contains("reject bind-mounts", shared.toString());
    Cli.Result real = Cli.at(cluster, cluster.a(), "migrate", id, target, "--force");
    assertThat(real.code()).as(real.err()).isEqualTo(INCOMPATIBLE);
    assertThat(real.err()).contains("cannot work", shared.toString());
    Location after = cluster.cluster().locate(id);
    assertThat(after.owner()).isEqualTo(cluster.a().node());
    assertThat(after.status().epoch()).isEqualTo(made.status().epoch());
    assertThat(after.status().pid()).isEqualTo(made.status().pid());
  }
}
