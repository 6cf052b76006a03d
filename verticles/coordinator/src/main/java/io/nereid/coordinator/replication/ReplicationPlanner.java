package io.nereid.coordinator.replication;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.node.NodeInfo;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/**
 * Decides which snapshot goes to which host next. Pure. Of periodic ones only the last of each
 * chain goes to others. The newest go first: they are what a container would go on from. A host of
 * another zone is preferred to any other, then one that has little to do, then one with much space.
 */
final class ReplicationPlanner {
  /** Hosts with the same value of this label may fail together. */
  static final String ZONE = "zone";

  /** What stays free on a host's disk. */
  static final long SPACE_LEFT_MIN = 2L << 30;

  private ReplicationPlanner() {}

  /** A snapshot on its way to a host. */
  record Flight(SnapshotId snapshot, NodeId target) {}

  /** One to be sent. */
  record Copy(Snapshot snapshot, NodeId target, List<NodeId> holders) {
    Flight flight() {
      return new Flight(snapshot.id(), target);
    }
  }

  /**
   * What is known.
   *
   * @param places where snapshots are, those of absent hosts included
   * @param replicas how many other hosts are to have the snapshots of a container
   * @param flying what is on its way
   * @param resting what has failed a moment ago and has to wait
   */
  record View(
      List<Ownership> owners,
      List<SnapshotPlace> places,
      List<NodeView> nodes,
      ToIntFunction<ContainerId> replicas,
      Set<Flight> flying,
      Set<Flight> resting) {}

  /**
   * What is to be begun now.
   *
   * @param room for so many more; each host gets one at a time
   */
  static List<Copy> plan(View view, int room) {
    Map<ContainerId, NodeId> owners = new HashMap<>();
    view.owners().forEach(o -> owners.put(o.id(), o.owner()));
    Map<SnapshotId, Set<NodeId>> holders = new LinkedHashMap<>();
    List<Snapshot> snapshots = new ArrayList<>();
    view.places().stream()
        .filter(SnapshotPlace::present)
        .filter(p -> p.snapshot().origin() == Snapshot.Origin.TAKEN && p.snapshot().full())
        .filter(p -> owners.containsKey(p.snapshot().container()))
        .sorted(
            Comparator.comparing((SnapshotPlace p) -> p.snapshot().taken())
                .reversed()
                .thenComparing(p -> p.snapshot().id()))
        .forEach(p -> {
          if (!holders.containsKey(p.snapshot().id())) {
            snapshots.add(p.snapshot());
          }
          holders.computeIfAbsent(p.snapshot().id(), id -> new TreeSet<>()).add(p.holder());
        });
    Set<NodeId> busy = new HashSet<>();
    view.flying().forEach(f -> busy.add(f.target()));
    List<Copy> copies = new ArrayList<>();
    for (Snapshot snapshot : snapshots) {
      NodeId owner = owners.get(snapshot.container());
      Set<NodeId> there = holders.get(snapshot.id());
      Set<NodeId> elsewhere = new HashSet<>(there);
      elsewhere.remove(owner);
      view.flying().stream()
          .filter(f -> f.snapshot().equals(snapshot.id()))
          .forEach(f -> elsewhere.add(f.target()));
      int wanted = view.replicas().applyAsInt(snapshot.container());
      while (elsewhere.size() < wanted && copies.size() < room) {
        NodeId target = choose(view, snapshot, owner, there, elsewhere, busy);
        if (target == null) {
          break;
        }
        copies.add(new Copy(snapshot, target, List.copyOf(there)));
        busy.add(target);
        elsewhere.add(target);
      }
    }
    return copies;
  }

  private static NodeId choose(
      View view,
      Snapshot snapshot,
      NodeId owner,
      Set<NodeId> there,
      Set<NodeId> elsewhere,
      Set<NodeId> busy) {
    Map<NodeId, String> zones = new HashMap<>();
    view.nodes().forEach(n -> zones.put(n.node().id(), zone(n.node())));
    Set<String> taken = new HashSet<>();
    elsewhere.forEach(n -> taken.add(zones.getOrDefault(n, "host " + n)));
    taken.add(zones.getOrDefault(owner, "host " + owner));
    return view.nodes().stream()
        .filter(NodeView::present)
        .map(NodeView::node)
        .filter(n -> !n.id().equals(owner) && !there.contains(n.id()))
        .filter(n -> !elsewhere.contains(n.id()) && !busy.contains(n.id()))
        .filter(n -> !view.resting().contains(new Flight(snapshot.id(), n.id())))
        .filter(n -> n.diskFreeBytes() - snapshot.sizes().total() >= SPACE_LEFT_MIN)
        .min(
            Comparator.comparing((NodeInfo n) -> taken.contains(zone(n)))
                .thenComparing(n -> !n.capabilities().problems().isEmpty())
                .thenComparing(n -> n.load1() > n.cpus())
                .thenComparing(NodeInfo::diskFreeBytes, Comparator.reverseOrder())
                .thenComparing(NodeInfo::id))
        .map(NodeInfo::id)
        .orElse(null);
  }

  /** A host that nobody has labelled fails alone. */
  private static String zone(NodeInfo node) {
    String label = node.labels().get(ZONE);
    return label == null ? "host " + node.id() : "zone " + label;
  }
}
