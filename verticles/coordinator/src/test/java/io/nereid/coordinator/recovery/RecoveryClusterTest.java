package io.nereid.coordinator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.testkit.FakeNymph;
import io.nereid.coordinator.testkit.Snapshots;
import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.recovery.Recovery;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.LayerRequest;
import io.nereid.protocol.message.RecoveryMessages.Claim;
import io.nereid.protocol.message.RecoveryMessages.Plans;
import io.nereid.protocol.message.RecoveryMessages.RecoverRequest;
import io.nereid.protocol.message.RecoveryMessages.StandingRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Hosts die, and what they ran comes up elsewhere: with fake nymphs, but a real cluster. */
class RecoveryClusterTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final TestCluster cluster = new TestCluster(3).pinging(300, 1_000, 500);

  @AfterEach
  void stop() {
    cluster.close();
  }

  /** Three hosts; the middle one has a container of which the others have a snapshot. */
  private Location endangered(String... holders) {
    cluster.start("a");
    cluster.start("b");
    cluster.start("c");
    Location made = cluster.run("web", "b");
    Snapshot snapshot =
        Snapshots.with(
            Snapshots.of(made.status().id(), new NodeId("b"), Instant.now().minusSeconds(9)),
            made.status().network());
    for (String holder : holders) {
      cluster.hold(holder, snapshot);
    }
    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            cluster.locate("web").protection().point().filter(p -> holders.length > 0).isPresent()
                == holders.length > 0);
    return made;
  }

  private Location awaitPhase(Recovery.Phase phase) {
    return Awaitility.await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(
            () -> cluster.locate("web"),
            l -> l.protection().recovery().filter(r -> r.phase() == phase).isPresent());
  }

  @Test
  void aContainerOfADeadHostRunsUnderTheNextEpochAndItsOldCopyIsRemovedWhenTheHostIsBack() {
    Location before = endangered("c");
    cluster.host("b").crash();
    Location now = awaitPhase(Recovery.Phase.DONE);
    assertThat(now.owner()).isEqualTo(new NodeId("c"));
    assertThat(now.status().state()).isEqualTo(ContainerState.RUNNING);
    assertThat(now.status().network()).isEqualTo(before.status().network());
    assertThat(now.status().epoch()).isEqualTo(before.status().epoch().next());
    Recovery recovery = now.protection().recovery().orElseThrow();
    assertThat(recovery.lost().millis()).isBetween(8_000L, 30_000L);
    ContainerId id = before.status().id();
    assertThat(cluster.copyAt("b", id)).isPresent();
    cluster.start("b", 1);
    Awaitility.await().atMost(LONG).until(() -> cluster.copyAt("b", id).isEmpty());
    assertThat(cluster.copyAt("c", id).orElseThrow().state()).isEqualTo(ContainerState.RUNNING);
    assertThat(kept("b", now)).isEmpty();
    assertThat(kept("c", now)).containsExactly(id);
  }

  private List<ContainerId> kept(String host, Location location) {
    Claim claim = new Claim(location.status().id(), location.status().epoch());
    return cluster
        .ask(Addresses.STANDING, new StandingRequest(new NodeId(host), List.of(claim)))
        .kept();
  }

  @Test
  void aHolderThatFailsIsFollowedByTheNextAndByTheOldOwnerWhenNobodyCan() {
    Location before = endangered("a", "c");
    Failure no = Failure.of(FailureCode.CRIU_FAILED, "criu says no", "");
    cluster.host("a").nymph.fail(StepCommand.Restore.class, no);
    cluster.host("c").nymph.fail(StepCommand.Restore.class, no);
    cluster.host("b").crash();
    Location failed = awaitPhase(Recovery.Phase.FAILED);
    assertThat(failed.owner()).isEqualTo(new NodeId("b"));
    Recovery recovery = failed.protection().recovery().orElseThrow();
    assertThat(recovery.tried())
        .extracting(t -> t.host().value())
        .containsExactlyInAnyOrder("a", "c");
    assertThat(recovery.failure().orElseThrow().message()).contains("criu says no");
    assertThat(cluster.copyAt("a", before.status().id())).isEmpty();
    cluster.host("c").nymph.heal();
    Plans begun = cluster.ask(Addresses.RECOVER, new RecoverRequest("b", Optional.empty(), false));
    assertThat(begun.plans()).hasSize(1);
    cluster.host("a").nymph.heal();
    Location now = awaitPhase(Recovery.Phase.DONE);
    assertThat(now.status().state()).isEqualTo(ContainerState.RUNNING);
    assertThat(before.status().epoch().isOlderThan(now.status().epoch())).isTrue();
  }

  @Test
  void aHostThatIsStillAMemberKeepsItsContainersHoweverSilentItIs() {
    Location before = endangered("c");
    cluster.host("b").killNymph(false);
    Plans asked =
        cluster.ask(Addresses.RECOVER, new RecoverRequest("web", Optional.empty(), false));
    assertThat(asked.plans().getFirst().waits().orElseThrow()).contains("is in the cluster");
    cluster.host("b").startNymph();
    assertThat(kept("b", before)).containsExactly(before.status().id());
    assertThat(cluster.copyAt("c", before.status().id())).isEmpty();
    assertThat(cluster.locate("web").owner()).isEqualTo(new NodeId("b"));
  }

  @Test
  void withoutASnapshotElsewhereItIsListedAsLostWithItsHost() {
    Location before = endangered();
    cluster.host("b").crash();
    Location now =
        Awaitility.await()
            .atMost(LONG)
            .ignoreExceptions()
            .until(
                () -> cluster.locate("web"),
                l -> l.protection().waits().filter(w -> w.contains("lost with")).isPresent());
    assertThat(now.owner()).isEqualTo(before.owner());
    assertThat(now.protection().waits().orElseThrow()).contains("lost with host 'b'");
  }

  @Test
  void aSnapshotGoesToAnotherHostByItselfAndToTheNextOneWhenThatIsLost() {
    cluster.start("a");
    cluster.start("b");
    cluster.start("c");
    Location made = cluster.run("web", "b");
    cluster.hold("b", Snapshots.of(made.status().id(), new NodeId("b"), Instant.now()));
    NodeId first = awaitHolder(Optional.empty());
    cluster.host(first.value()).crash();
    assertThat(awaitHolder(Optional.of(first))).isNotEqualTo(new NodeId("b"));
  }

  @Test
  void everybodyLearnsWhoHasALayerAndWhoHasLeft() {
    cluster.start("a");
    cluster.start("b");
    awaitHolders("a", "b");
    cluster.start("c");
    awaitHolders("a", "b", "c");
    cluster.host("b").crash();
    awaitHolders("a", "c");
    cluster.start("b", 1);
    awaitHolders("a", "b", "c");
  }

  private void awaitHolders(String... hosts) {
    Awaitility.await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() ->
            assertThat(cluster.ask(Addresses.LAYER, new LayerRequest(FakeNymph.LAYER)).holders())
                .extracting(NodeId::value)
                .containsExactlyInAnyOrder(hosts));
  }

  private NodeId awaitHolder(Optional<NodeId> not) {
    return Awaitility.await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(
            () -> cluster.locate("web").protection().point().orElseThrow().holders().getFirst(),
            h -> not.filter(h::equals).isEmpty());
  }

  @Test
  void theNextLeaderEndsWhatADeadOneHasBegunAndNothingRunsTwice() {
    Location before = endangered("c");
    assertThat(cluster.awaitLeader().id).isEqualTo(new NodeId("a"));
    cluster.host("c").nymph.hold(StepCommand.Restore.class);
    cluster.host("b").crash();
    cluster.host("c").nymph.awaitBegun(StepCommand.Restore.class);
    cluster.host("a").crash();
    cluster.host("c").nymph.release(StepCommand.Restore.class);
    Location now = awaitPhase(Recovery.Phase.DONE);
    assertThat(now.owner()).isEqualTo(new NodeId("c"));
    ContainerId id = before.status().id();
    assertThat(cluster.copyAt("c", id).orElseThrow().state()).isEqualTo(ContainerState.RUNNING);
    assertThat(cluster.copyAt("a", id)).isEmpty();
  }
}
