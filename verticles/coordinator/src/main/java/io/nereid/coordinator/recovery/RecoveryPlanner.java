package io.nereid.coordinator.recovery;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeInfo;
import io.nereid.domain.node.NodeView;
import io.nereid.domain.recovery.LostWindow;
import io.nereid.domain.recovery.Recovery.Tried;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.protocol.message.RecoveryMessages.Plan;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Decides what is done about a container whose host is away, and where. Pure. */
final class RecoveryPlanner {
  private RecoveryPlanner() {}

  /**
   * What is known about one container.
   *
   * @param lastState as its host reported it last
   * @param migration that is not over
   * @param owner whether its host lives
   * @param left whether its host was shut down in good order
   * @param lastSign of that host
   * @param places every snapshot of every container
   */
  record Case(
      Ownership ownership,
      ContainerState lastState,
      Optional<MigrationId> migration,
      Life owner,
      boolean left,
      Instant lastSign,
      List<SnapshotPlace> places,
      List<NodeView> nodes,
      List<Tried> tried) {
    /** The same seen from the host that is gone, whoever was to have it since. */
    Case lostBy(Ownership base) {
      return new Case(
          base,
          ContainerState.UNKNOWN,
          migration,
          Life.GONE,
          false,
          lastSign,
          places,
          nodes,
          tried);
    }
  }

  /**
   * What a person has asked for.
   *
   * @param asked false: nobody has
   * @param on only there
   */
  record Wish(boolean asked, Optional<NodeId> on) {
    static final Wish NONE = new Wish(false, Optional.empty());
  }

  /** A place to bring it up, and what of. */
  private record Attempt(Snapshot snapshot, NodeId holder, NodeId target) {}

  static Plan plan(Case about, Wish wish) {
    Optional<String> obstacle = obstacle(about, wish);
    if (obstacle.isPresent()) {
      return waits(about, obstacle.get());
    }
    List<Snapshot> snapshots = usable(about);
    if (snapshots.isEmpty()) {
      return waits(
          about,
          "no other host that is up has a snapshot of it: lost with host '"
              + about.ownership().owner()
              + "' until that is back");
    }
    return attempts(about, wish, snapshots.getFirst())
        .findFirst()
        .map(a -> recover(about, a))
        .orElseGet(() -> waits(about, nowhere(about, wish)));
  }

  private static Optional<String> obstacle(Case about, Wish wish) {
    NodeId owner = about.ownership().owner();
    if (about.owner() == Life.ALIVE || about.owner() == Life.SUSPECT) {
      return Optional.of("its host '" + owner + "' is in the cluster");
    }
    if (about.migration().isPresent()) {
      return Optional.of(
          "migration "
              + about.migration().get()
              + " holds it, and has to be settled first: see 'nereid migrations'");
    }
    if (wish.asked()) {
      return Optional.empty();
    }
    if (about.owner() == Life.ABSENT) {
      return Optional.of("host '" + owner + "' was heard of a moment ago");
    }
    if (about.left()) {
      return Optional.of(
          "the daemon of host '"
              + owner
              + "' was ended in good order, and its containers may run on: it waits for it");
    }
    return switch (about.lastState()) {
      case STOPPED, CREATED -> Optional.of("it did not run; it waits for host '" + owner + "'");
      case PAUSED -> Optional.of("it was paused by a person; it waits for host '" + owner + "'");
      case RUNNING, FROZEN, RESTORING, UNKNOWN -> Optional.empty();
    };
  }

  /** The newest first, each once. Only what was taken of it here: an archive may be anything. */
  private static List<Snapshot> usable(Case about) {
    return about.places().stream()
        .filter(p -> p.present() && !p.holder().equals(about.ownership().owner()))
        .map(SnapshotPlace::snapshot)
        .filter(s -> s.container().equals(about.ownership().id()))
        .filter(s -> s.origin() == Snapshot.Origin.TAKEN)
        .distinct()
        .sorted(Comparator.comparing(Snapshot::taken).reversed().thenComparing(Snapshot::id))
        .toList();
  }

  /** Holders first, because nothing has to be sent to them; each host once. */
  private static Stream<Attempt> attempts(Case about, Wish wish, Snapshot snapshot) {
    Set<NodeId> holders =
        about.places().stream()
            .filter(SnapshotPlace::present)
            .filter(p -> p.snapshot().id().equals(snapshot.id()))
            .map(SnapshotPlace::holder)
            .filter(h -> !h.equals(about.ownership().owner()))
            .collect(Collectors.toSet());
    Set<NodeId> failed =
        about.tried().stream()
            .filter(t -> t.snapshot().equals(snapshot.id()))
            .map(Tried::host)
            .collect(Collectors.toSet());
    Comparator<NodeInfo> order =
        Comparator.comparing((NodeInfo n) -> !holders.contains(n.id()))
            .thenComparing(NodeInfo::memoryAvailableBytes, Comparator.reverseOrder())
            .thenComparing(NodeInfo::id);
    return about.nodes().stream()
        .filter(NodeView::present)
        .map(NodeView::node)
        .filter(n -> n.capabilities().problems().isEmpty())
        .filter(n -> !n.id().equals(about.ownership().owner()) && !failed.contains(n.id()))
        .filter(n -> wish.on().isEmpty() || wish.on().get().equals(n.id()))
        .sorted(order)
        .map(n ->
            new Attempt(
                snapshot,
                holders.contains(n.id()) ? n.id() : holders.stream().sorted().findFirst().get(),
                n.id()));
  }

  private static String nowhere(Case about, Wish wish) {
    if (wish.on().isPresent()) {
      return "host '" + wish.on().get() + "' is not up, cannot run containers, or has failed to";
    }
    return about.tried().isEmpty()
        ? "no other host is up that could run it"
        : "every host that is up has failed to bring it up: "
            + about.tried().getLast().host()
            + ": "
            + about.tried().getLast().why();
  }

  private static Plan recover(Case about, Attempt attempt) {
    return new Plan(
        about.ownership(),
        Optional.of(attempt.target()),
        Optional.of(attempt.snapshot().id()),
        Optional.of(attempt.holder()),
        Optional.of(lost(attempt.snapshot(), about.lastSign())),
        Optional.empty());
  }

  static LostWindow lost(Snapshot snapshot, Instant lastSign) {
    return new LostWindow(
        snapshot.taken(), lastSign.isBefore(snapshot.taken()) ? snapshot.taken() : lastSign);
  }

  private static Plan waits(Case about, String why) {
    return new Plan(
        about.ownership(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.of(why));
  }
}
