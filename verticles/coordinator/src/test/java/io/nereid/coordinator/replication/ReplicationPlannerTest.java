package io.nereid.coordinator.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.replication.ReplicationPlanner.Copy;
import io.nereid.coordinator.replication.ReplicationPlanner.Flight;
import io.nereid.coordinator.replication.ReplicationPlanner.View;
import io.nereid.coordinator.testkit.Examples;
import io.nereid.coordinator.testkit.Snapshots;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeInfo;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReplicationPlannerTest {
  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
  private static final NodeId A = new NodeId("a");
  private static final NodeId B = new NodeId("b");
  private static final NodeId C = new NodeId("c");
  private static final NodeId D = new NodeId("d");
  private static final Snapshot FIRST = Snapshots.of(Examples.ID, A, NOON);
  private static final Snapshot SECOND = Snapshots.of(Examples.ID, A, NOON.plusSeconds(5));

  private static Ownership owned(NodeId owner) {
    return new Ownership(
        Examples.ID,
        new ContainerName("x"),
        owner,
        Epoch.FIRST,
        Ownership.Stage.HELD,
        Optional.empty());
  }

  private static NodeView node(NodeId id, String zone, long disk, boolean present) {
    NodeInfo like = Examples.node(id, 1L << 30);
    return new NodeView(
        new NodeInfo(
            id,
            like.address(),
            like.version(),
            like.capabilities(),
            like.cpus(),
            like.memoryTotalBytes(),
            like.memoryAvailableBytes(),
            disk,
            like.load1(),
            like.started(),
            zone.isEmpty() ? Map.of() : Map.of("zone", zone)),
        present,
        false,
        0);
  }

  private static NodeView node(NodeId id, String zone) {
    return node(id, zone, 100L << 30, true);
  }

  private static View view(int replicas, List<NodeView> nodes, SnapshotPlace... places) {
    return new View(List.of(owned(A)), List.of(places), nodes, id -> replicas, Set.of(), Set.of());
  }

  private static SnapshotPlace at(NodeId holder, Snapshot snapshot) {
    return new SnapshotPlace(snapshot, holder, true);
  }

  @Test
  void theNewestGoesFirstAndToAnotherZone() {
    List<NodeView> nodes = List.of(node(A, "x"), node(B, "x"), node(C, "y"));
    List<Copy> copies = ReplicationPlanner.plan(view(1, nodes, at(A, FIRST), at(A, SECOND)), 1);
    assertThat(copies).containsExactly(new Copy(SECOND, C, List.of(A)));
  }

  @Test
  void aHostOfTheSameZoneIsBetterThanNone() {
    List<NodeView> nodes = List.of(node(A, "x"), node(B, "x"));
    assertThat(ReplicationPlanner.plan(view(2, nodes, at(A, FIRST)), 9))
        .extracting(Copy::target)
        .containsExactly(B);
  }

  @Test
  void severalCopiesSpreadOverZones() {
    List<NodeView> nodes =
        List.of(node(A, "x"), node(B, "y"), node(C, "y"), node(D, "z", 10L << 30, true));
    assertThat(ReplicationPlanner.plan(view(2, nodes, at(A, FIRST)), 9))
        .extracting(Copy::target)
        .containsExactly(B, D);
  }

  @Test
  void aHolderThatIsLostIsReplacedAndOneThatIsNotTheOwnersCounts() {
    List<NodeView> nodes =
        List.of(node(A, ""), node(B, "", 100L << 30, false), node(C, ""), node(D, ""));
    SnapshotPlace away = new SnapshotPlace(FIRST, B, false);
    assertThat(ReplicationPlanner.plan(view(1, nodes, at(A, FIRST), away), 9)).hasSize(1);
    assertThat(ReplicationPlanner.plan(view(1, nodes, at(A, FIRST), at(C, FIRST)), 9)).isEmpty();
    assertThat(ReplicationPlanner.plan(view(1, nodes, at(C, FIRST)), 9)).isEmpty();
  }

  @Test
  void whatIsOnItsWayOrHasJustFailedIsNotBegunAgainAndAFullDiskIsSpared() {
    List<NodeView> nodes = List.of(node(A, ""), node(B, ""), node(C, "", 1L << 30, true));
    View view = view(1, nodes, at(A, FIRST));
    Set<Flight> toB = Set.of(new Flight(FIRST.id(), B));
    assertThat(
            ReplicationPlanner.plan(
                new View(view.owners(), view.places(), nodes, view.replicas(), toB, Set.of()), 9))
        .isEmpty();
    assertThat(
            ReplicationPlanner.plan(
                new View(view.owners(), view.places(), nodes, view.replicas(), Set.of(), toB), 9))
        .isEmpty();
    assertThat(ReplicationPlanner.plan(view, 9)).extracting(Copy::target).containsExactly(B);
  }

  @Test
  void snapshotsOfContainersThatAreGoneAndArchivesStayWhereTheyAre() {
    List<NodeView> nodes = List.of(node(A, ""), node(B, ""));
    View nobody = new View(List.of(), List.of(at(A, FIRST)), nodes, id -> 1, Set.of(), Set.of());
    assertThat(ReplicationPlanner.plan(nobody, 9)).isEmpty();
    assertThat(ReplicationPlanner.plan(view(1, nodes, at(A, Snapshots.imported(FIRST))), 9))
        .isEmpty();
  }

  @Property
  void noCopyGoesToItsOwnersHostOrWhereItIsOrToOneThatIsAwayAndNeverMoreThanAreWanted(
      @ForAll long seed,
      @ForAll @IntRange(max = 4) int replicas,
      @ForAll @IntRange(max = 5) int room) {
    Random random = new Random(seed);
    List<NodeId> ids = List.of(A, B, C, D, new NodeId("e"));
    List<NodeView> nodes = new ArrayList<>();
    for (NodeId id : ids) {
      nodes.add(
          node(
              id,
              random.nextBoolean() ? "z" + random.nextInt(3) : "",
              random.nextLong(100L << 30),
              random.nextInt(4) > 0));
    }
    List<SnapshotPlace> places = new ArrayList<>();
    for (Snapshot snapshot : List.of(FIRST, SECOND)) {
      for (NodeView node : nodes) {
        if (random.nextInt(3) == 0) {
          places.add(new SnapshotPlace(snapshot, node.node().id(), node.present()));
        }
      }
    }
    Set<Flight> flying = new HashSet<>();
    if (random.nextBoolean()) {
      flying.add(new Flight(FIRST.id(), ids.get(random.nextInt(ids.size()))));
    }
    View view = new View(List.of(owned(A)), places, nodes, id -> replicas, flying, Set.of());
    List<Copy> copies = ReplicationPlanner.plan(view, room);
    assertThat(copies.size()).isLessThanOrEqualTo(room);
    assertThat(copies).extracting(Copy::target).doesNotHaveDuplicates().doesNotContain(A);
    for (Copy copy : copies) {
      assertThat(nodes.stream().filter(n -> n.node().id().equals(copy.target())).findFirst())
          .hasValueSatisfying(n -> assertThat(n.present()).isTrue());
      assertThat(copy.holders()).isNotEmpty().doesNotContain(copy.target());
      assertThat(flying).doesNotContain(copy.flight());
      Set<NodeId> elsewhere = new HashSet<>();
      places.stream()
          .filter(p -> p.present() && p.snapshot().id().equals(copy.snapshot().id()))
          .map(SnapshotPlace::holder)
          .filter(h -> !h.equals(A))
          .forEach(elsewhere::add);
      flying.stream()
          .filter(f -> f.snapshot().equals(copy.snapshot().id()))
          .forEach(f -> elsewhere.add(f.target()));
      copies.stream()
          .filter(c -> c.snapshot().id().equals(copy.snapshot().id()))
          .forEach(c -> elsewhere.add(c.target()));
      assertThat(elsewhere.size()).isLessThanOrEqualTo(Math.max(replicas, 0));
    }
  }
}
