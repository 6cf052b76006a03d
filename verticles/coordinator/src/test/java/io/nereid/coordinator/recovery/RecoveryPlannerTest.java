package io.nereid.coordinator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.recovery.RecoveryPlanner.Case;
import io.nereid.coordinator.recovery.RecoveryPlanner.Wish;
import io.nereid.coordinator.testkit.Examples;
import io.nereid.coordinator.testkit.Snapshots;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.recovery.Recovery.Tried;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.protocol.message.RecoveryMessages.Plan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RecoveryPlannerTest {
  private static final NodeId A = new NodeId("a");
  private static final NodeId B = new NodeId("b");
  private static final NodeId C = new NodeId("c");
  private static final NodeId D = new NodeId("d");
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final Ownership OWNED =
      new Ownership(
          Examples.ID, Examples.NAME, B, new Epoch(3), Ownership.Stage.HELD, Optional.empty());
  private static final Snapshot OLD = Snapshots.of(Examples.ID, B, NOON.minusSeconds(60));
  private static final Snapshot NEW = Snapshots.of(Examples.ID, B, NOON.minusSeconds(10));
  private static final Wish ASKED = new Wish(true, Optional.empty());

  private static SnapshotPlace at(NodeId holder, Snapshot snapshot) {
    return new SnapshotPlace(snapshot, holder, !holder.equals(B));
  }

  private static List<NodeView> nodes(NodeId... up) {
    List<NodeView> all = new ArrayList<>();
    all.add(new NodeView(Examples.node(B, 1L << 40), false, false, 1));
    long memory = 1L << 30;
    for (NodeId node : up) {
      memory *= 2;
      all.add(new NodeView(Examples.node(node, memory), true, false, 0));
    }
    return all;
  }

  private static Case lost(List<SnapshotPlace> places, NodeId... up) {
    return new Case(
        OWNED,
        ContainerState.RUNNING,
        Optional.empty(),
        Life.GONE,
        false,
        NOON,
        places,
        nodes(up),
        List.of());
  }

  @Test
  void itGoesOnFromTheNewestSnapshotWhereThatIs() {
    Plan plan =
        RecoveryPlanner.plan(lost(List.of(at(A, NEW), at(C, OLD), at(B, NEW)), A, C, D), Wish.NONE);
    assertThat(plan.snapshot()).contains(NEW.id());
    assertThat(plan.target()).contains(A);
    assertThat(plan.holder()).contains(A);
    assertThat(plan.lost().orElseThrow().millis()).isEqualTo(10_000);
  }

  @Test
  void whatIsWrittenByANewerClockLosesNothingAndNotLessThanNothing() {
    Snapshot ahead = Snapshots.of(Examples.ID, B, NOON.plusSeconds(3));
    Plan plan = RecoveryPlanner.plan(lost(List.of(at(A, ahead)), A), Wish.NONE);
    assertThat(plan.lost().orElseThrow().millis()).isZero();
  }

  @Test
  void whereItHasFailedItIsNotTriedAgainAndTheNextHolderComesBeforeOtherHosts() {
    Case first = lost(List.of(at(A, NEW), at(C, NEW)), A, C, D);
    assertThat(RecoveryPlanner.plan(first, Wish.NONE).target()).contains(C);
    List<Tried> tried = List.of(new Tried(C, NEW.id(), "no"));
    Plan second = RecoveryPlanner.plan(with(first, tried), Wish.NONE);
    assertThat(second.target()).contains(A);
    List<Tried> both = List.of(new Tried(C, NEW.id(), "no"), new Tried(A, NEW.id(), "no"));
    Plan third = RecoveryPlanner.plan(with(first, both), Wish.NONE);
    assertThat(third.target()).contains(D);
    assertThat(third.holder()).contains(A);
    List<Tried> all = new ArrayList<>(both);
    all.add(new Tried(D, NEW.id(), "criu says no"));
    Plan none = RecoveryPlanner.plan(with(first, all), Wish.NONE);
    assertThat(none.target()).isEmpty();
    assertThat(none.waits().orElseThrow()).contains("criu says no");
  }

  private static Case with(Case about, List<Tried> tried) {
    return new Case(
        about.ownership(),
        about.lastState(),
        about.migration(),
        about.owner(),
        about.left(),
        about.lastSign(),
        about.places(),
        about.nodes(),
        tried);
  }

  @Test
  void withoutASnapshotElsewhereItIsLostWithItsHost() {
    Plan plan = RecoveryPlanner.plan(lost(List.of(at(B, NEW)), A, C), Wish.NONE);
    assertThat(plan.target()).isEmpty();
    assertThat(plan.waits().orElseThrow()).contains("lost with host 'b'");
  }

  @Test
  void anArchiveThatWasImportedIsNotTakenForIt() {
    Plan plan = RecoveryPlanner.plan(lost(List.of(at(A, Snapshots.imported(NEW))), A), ASKED);
    assertThat(plan.target()).isEmpty();
  }

  @Test
  void aPersonMayChooseWhereButNotAHostThatIsAway() {
    Case about = lost(List.of(at(A, NEW)), A, C);
    assertThat(RecoveryPlanner.plan(about, new Wish(true, Optional.of(C))).target()).contains(C);
    assertThat(RecoveryPlanner.plan(about, new Wish(true, Optional.of(D))).target()).isEmpty();
    assertThat(RecoveryPlanner.plan(about, new Wish(true, Optional.of(B))).target()).isEmpty();
  }

  @Property
  void nothingIsDoneUnaskedUnlessTheHostIsGoneAndTheContainerRanAndNothingHoldsIt(
      @ForAll Life life, @ForAll ContainerState state, @ForAll boolean left, @ForAll boolean held) {
    Case about =
        new Case(
            OWNED,
            state,
            held ? Optional.of(MigrationId.random()) : Optional.empty(),
            life,
            left,
            NOON,
            List.of(at(A, NEW)),
            nodes(A),
            List.of());
    boolean rests =
        state == ContainerState.STOPPED
            || state == ContainerState.CREATED
            || state == ContainerState.PAUSED;
    boolean auto = life == Life.GONE && !left && !held && !rests;
    Plan unasked = RecoveryPlanner.plan(about, Wish.NONE);
    assertThat(unasked.target().isPresent()).isEqualTo(auto);
    assertThat(unasked.waits().isPresent()).isEqualTo(!auto);
    boolean away = life == Life.GONE || life == Life.ABSENT;
    assertThat(RecoveryPlanner.plan(about, ASKED).target().isPresent()).isEqualTo(away && !held);
  }
}
