package io.nereid.coordinator.recovery;

import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.recovery.Recovery;
import io.nereid.domain.recovery.Recovery.Tried;
import io.nereid.domain.recovery.RecoveryPoint;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is known at one moment about containers, their hosts and their snapshots. Blocks once. */
final class Cases {
  private final RecoveryPorts ports;
  private final List<SnapshotPlace> places;
  private final List<NodeView> nodes;
  private final Set<NodeId> left;

  private Cases(
      RecoveryPorts ports, List<SnapshotPlace> places, List<NodeView> nodes, Set<NodeId> left) {
    this.ports = ports;
    this.places = places;
    this.nodes = nodes;
    this.left = left;
  }

  static Cases now(RecoveryPorts ports) {
    return new Cases(
        ports, ports.snapshots().list(false), ports.directory().nodes(), ports.departures().all());
  }

  List<NodeView> nodes() {
    return nodes;
  }

  List<SnapshotPlace> places() {
    return places;
  }

  /**
   * One case.
   *
   * @param tried where it has failed already
   */
  RecoveryPlanner.Case of(Ownership o, List<Tried> tried) {
    NodeId owner = o.owner();
    // Whoever has something of it already, from before, has to get rid of that first.
    List<NodeView> free =
        nodes.stream()
            .filter(n -> ports.directory().reportedBy(n.node().id(), o.id()).isEmpty())
            .toList();
    return new RecoveryPlanner.Case(
        o,
        ports.directory().lastState(o),
        ports.board().unfinished(o.id()).map(MigrationRecord::migration).map(m -> m.id()),
        ports.signs().of(owner),
        left.contains(owner),
        ports.signs().last(owner),
        places,
        free,
        tried);
  }

  /** Where it has failed since it came to its present owner. */
  static List<Tried> tried(Ownership o, Optional<Recovery> last) {
    return last.filter(r -> r.phase() == Recovery.Phase.FAILED && r.granted().equals(o))
        .map(Recovery::tried)
        .orElse(List.of());
  }

  /** What it would go on from. */
  Optional<RecoveryPoint> point(Ownership o) {
    Optional<Snapshot> newest =
        places.stream()
            .filter(p -> p.snapshot().container().equals(o.id()))
            .filter(p -> p.snapshot().origin() == Snapshot.Origin.TAKEN)
            .filter(p -> !p.holder().equals(o.owner()))
            .map(SnapshotPlace::snapshot)
            .max(Comparator.comparing(Snapshot::taken));
    return newest.map(s ->
        new RecoveryPoint(
            s.id(),
            s.taken(),
            places.stream()
                .filter(p -> p.snapshot().id().equals(s.id()) && !p.holder().equals(o.owner()))
                .map(SnapshotPlace::holder)
                .sorted()
                .toList()));
  }
}
