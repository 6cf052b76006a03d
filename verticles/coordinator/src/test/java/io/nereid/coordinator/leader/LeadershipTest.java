package io.nereid.coordinator.leader;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.Term;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.NodesRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A leader whose maps give no answer, or whose member is gone. */
class LeadershipTest {
  private static final String TERMS = "nereid.leader";
  private static final String OWNERSHIP = "nereid.ownership";
  private final TestCluster cluster = new TestCluster(3);
  private TestCluster.Host leader;

  @BeforeEach
  void start() {
    leader = cluster.start("a");
    cluster.start("b");
    cluster.start("c");
  }

  @AfterEach
  void stop() {
    leader.maps.heal();
    assertThat(cluster.violation).isNull();
    cluster.close();
  }

  @Test
  void readsOfTheTermThatGiveNoAnswerEndNoLeadership() {
    Optional<Term> term = leader.coordinator.leads();
    leader.maps.fail(TERMS);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          assertThat(leader.coordinator.leads()).isEqualTo(term);
          return leader.maps.disturbed.get() >= 4;
        });
    assertThat(cluster.bus().askAndWait(Addresses.NODES, new NodesRequest()).nodes()).hasSize(3);
    leader.maps.heal();
    leader.maps.fail("nothing");
    assertThat(leader.coordinator.leads()).isEqualTo(term).isPresent();
  }

  @Test
  void anotherTermStillEndsALeadershipAfterItsReadsHaveFailed() {
    Term before = leader.coordinator.leads().orElseThrow();
    leader.maps.fail(TERMS);
    Awaitility.await().until(() -> leader.maps.disturbed.get() >= 1);
    leader.hazelcast.getMap(TERMS).put("term", Long.toString(before.value() + 1_000));
    leader.maps.heal();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            leader.coordinator.leads().filter(t -> t.value() > before.value() + 1_000).isPresent());
  }

  @Test
  void aMigrationLearnsOfALostHostWhileTheLeaderWaitsForItsMaps() {
    Location made = cluster.run("waiting", "a");
    TestCluster.Host target = cluster.host("b");
    target.nymph.hold(StepCommand.Prepare.class);
    MigrationId id = cluster.migrate("waiting", "b").migration().id();
    target.nymph.awaitBegun(StepCommand.Prepare.class);
    leader.maps.block(OWNERSHIP);
    leader.maps.block(TERMS);
    Awaitility.await().until(() -> leader.maps.disturbed.get() >= 1);
    target.nymph.mute = true;
    long since = System.nanoTime();
    target.hazelcast.getLifecycleService().terminate();
    Migration end = cluster.await(id, m -> m.phase().isFinal());
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since)).isLessThan(5_000);
    assertThat(leader.maps.disturbed.get()).isPositive();
    assertThat(end.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(end.failure().orElseThrow().code()).isEqualTo(FailureCode.NODE_LOST);
    target.crash();
    assertThat(cluster.copyAt("a", made.status().id()).orElseThrow().state())
        .isEqualTo(ContainerState.RUNNING);
  }

  @Test
  void aCoordinatorWhoseMemberIsGoneStillStops() throws Exception {
    leader.hazelcast.getLifecycleService().terminate();
    leader.coordinator.stop().await(10, TimeUnit.SECONDS);
    assertThat(leader.coordinator.leads()).isEmpty();
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> cluster.host("b").leads());
  }
}
