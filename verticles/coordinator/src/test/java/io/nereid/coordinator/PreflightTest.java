package io.nereid.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.coordinator.testkit.Examples;
import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.domain.preflight.Verdict;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationsRequest;
import io.nereid.protocol.message.CoordinatorMessages.NodesRequest;
import io.nereid.protocol.message.CoordinatorMessages.PreflightReport;
import io.nereid.protocol.message.CoordinatorMessages.PreflightRequest;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Judging before a move, in a cluster whose hosts say of themselves what a test wants. */
class PreflightTest {
  private static TestCluster cluster;
  private static TestCluster.Host a;
  private static TestCluster.Host b;
  private static TestCluster.Host c;

  @BeforeAll
  static void start() {
    cluster = new TestCluster(3);
    a = cluster.start("a");
    b = cluster.start("b");
    c = cluster.start("c");
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            a.bus().askAndWait(Addresses.NODES, new NodesRequest()).nodes().stream()
                    .filter(n -> n.present())
                    .count()
                == 3);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @BeforeEach
  void everythingFits() {
    for (TestCluster.Host host : List.of(b, c)) {
      host.nymph.target = () -> Examples.there(host.id);
    }
  }

  private static TargetFacts facts(
      TestCluster.Host host, long memoryFree, TargetFacts.CpuMatch cpu) {
    return new TargetFacts(
        Examples.traits(host.id),
        memoryFree,
        100L << 30,
        cpu,
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of());
  }

  private static void lacksMemory(TestCluster.Host host) {
    host.nymph.target = () -> facts(host, 1, TargetFacts.CpuMatch.FITS);
  }

  private static void lacksInstructions(TestCluster.Host host) {
    host.nymph.target = () -> facts(host, 8L << 30, TargetFacts.CpuMatch.LACKS);
  }

  private static Location run() {
    return a.bus()
        .askAndWait(
            Addresses.RUN,
            new RunRequest(
                a.id, "/bundle", Optional.empty(), NetworkMode.NONE, Optional.empty(), true));
  }

  private static PreflightReport ask(Location container, Optional<String> target) {
    return c.bus()
        .askAndWait(
            Addresses.PREFLIGHT,
            new PreflightRequest(
                container.status().name().value(), target, MigrationOptions.DEFAULT));
  }

  private static Migration move(Location container, boolean force) {
    String ref = container.status().id().value();
    MigrationOptions options = MigrationOptions.DEFAULT.withForce(force);
    Migration first =
        b.bus()
            .askAndWait(Addresses.MIGRATE, new MigrateRequest(ref, Optional.empty(), options))
            .migration();
    Migration[] seen = {first};
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          seen[0] =
              b.bus()
                  .askAndWait(Addresses.MIGRATION, new MigrationRequest(first.id(), -1, 0))
                  .migration();
          return seen[0].phase().isFinal();
        });
    return seen[0];
  }

  @Test
  void everyOtherHostGetsAVerdictAndNothingIsChanged() {
    Location container = run();
    lacksMemory(c);
    PreflightReport report = ask(container, Optional.empty());
    assertThat(report.source()).isEqualTo(a.id);
    assertThat(report.hosts()).extracting(Assessment::host).containsExactly(b.id, c.id);
    assertThat(report.hosts())
        .extracting(Assessment::verdict)
        .containsExactly(Verdict.YES, Verdict.NO);
    Location after =
        a.bus().askAndWait(Addresses.LOCATE, new LocateRequest(container.status().id().value()));
    assertThat(after.status()).isEqualTo(container.status());
    assertThat(a.bus().askAndWait(Addresses.MIGRATIONS, new MigrationsRequest(100)).migrations())
        .noneMatch(m -> m.container().equals(container.status().id()));
  }

  @Test
  void oneHostIsJudgedAlone() {
    PreflightReport report = ask(run(), Optional.of("c"));
    assertThat(report.hosts()).extracting(Assessment::host).containsExactly(c.id);
  }

  @Test
  void aHostThatCannotAnswerIsNoDestinationAndDoesNotSpoilTheRest() {
    c.nymph.target =
        () -> {
          throw new IllegalStateException("a defect");
        };
    PreflightReport report = ask(run(), Optional.empty());
    assertThat(report.hosts())
        .extracting(Assessment::verdict)
        .containsExactly(Verdict.YES, Verdict.NO);
    assertThat(report.hosts().get(1).against().getFirst().message()).contains("gives no answer");
  }

  @Test
  void aStoppedContainerIsNotJudged() {
    Location container = run();
    String ref = container.status().id().value();
    a.bus()
        .askAndWait(
            Addresses.COMMAND, new CommandRequest(ref, new ContainerAction.Stop("TERM", 0)));
    assertThatThrownBy(() -> ask(container, Optional.empty()))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.WRONG_STATE));
  }

  @Test
  void withoutADestinationTheHostWithoutARiskIsChosen() {
    b.nymph.memory.set(64L << 30);
    lacksInstructions(b);
    Location container = run();
    Migration migration = move(container, false);
    assertThat(migration.target()).isEqualTo(c.id);
    assertThat(migration.phase()).isEqualTo(Phase.SUCCEEDED);
    assertThat(migration.preflight().orElseThrow().prediction()).isPresent();
  }

  @Test
  void whatHasMovedTeachesThePrediction() {
    Location first = run();
    move(first, false);
    PreflightReport report = ask(run(), Optional.of("b"));
    assertThat(report.hosts().getFirst().prediction().orElseThrow().basis())
        .startsWith("measured in the last");
  }
}
