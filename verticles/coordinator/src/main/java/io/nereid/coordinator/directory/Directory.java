package io.nereid.coordinator.directory;

import io.nereid.bus.BusClient;
import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.coordinator.membership.Membership;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.coordinator.store.LocationStore;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeInfo;
import io.nereid.domain.node.NodeReport;
import io.nereid.domain.node.NodeView;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.NereidEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The leader's view of containers and hosts: ownership from the ledger, status from the owner's
 * last report. Writes the locations that everyone reads. Blocks; safe for any virtual thread.
 */
public final class Directory {
  /** A report that comes so soon after an answer may have been made before it. */
  private static final Duration REPORT_LAG = Duration.ofMillis(250);

  private record Answer(NodeId node, ContainerStatus status, Instant at) {}

  private final OwnershipLedger ledger;
  private final LocationStore store;
  private final Membership membership;
  private final MigrationBoard board;
  private final Protections protections;
  private final BusClient bus;
  private final Clock clock;
  private final Map<NodeId, Map<ContainerId, ContainerStatus>> reported = new ConcurrentHashMap<>();
  private final Map<ContainerId, Answer> answers = new HashMap<>();
  private final Map<NodeId, NodeInfo> hosts = new ConcurrentHashMap<>();
  private final Map<ContainerId, Location> shown = new ConcurrentHashMap<>();

  public Directory(
      OwnershipLedger ledger,
      LocationStore store,
      Membership membership,
      MigrationBoard board,
      Protections protections,
      BusClient bus,
      Clock clock) {
    this.ledger = ledger;
    this.store = store;
    this.membership = membership;
    this.board = board;
    this.protections = protections;
    this.bus = bus;
    this.clock = clock;
  }

  /** Takes over what an earlier leader has shown. */
  public void load() {
    store.all().forEach(l -> shown.put(l.status().id(), l));
    store.nodes().forEach(n -> hosts.put(n.id(), n));
  }

  /**
   * Takes in what a host says of itself and its containers.
   *
   * @param arrived when the report came; what an answer has said since, or just before, is newer
   */
  public void accept(NodeReport report, Instant arrived, Map<ContainerId, Ownership> owners) {
    NodeId node = report.node().id();
    replace(node, report.containers(), arrived);
    hosts.put(node, report.node());
    store.putNode(report.node());
    owners.values().stream().filter(o -> o.owner().equals(node)).forEach(this::show);
  }

  private synchronized void replace(
      NodeId node, List<ContainerStatus> containers, Instant arrived) {
    Map<ContainerId, ContainerStatus> statuses = new ConcurrentHashMap<>();
    containers.forEach(s -> statuses.put(s.id(), s));
    answers.values().removeIf(answer -> answer.at().plus(REPORT_LAG).isBefore(arrived));
    answers.values().stream()
        .filter(answer -> answer.node().equals(node))
        .forEach(answer -> statuses.put(answer.status().id(), answer.status()));
    reported.put(node, statuses);
  }

  /** Takes in one status that came with an answer. */
  public synchronized void accept(NodeId node, ContainerStatus status) {
    answers.put(status.id(), new Answer(node, status, clock.instant()));
    reported.computeIfAbsent(node, n -> new ConcurrentHashMap<>()).put(status.id(), status);
  }

  /** The last status that a host gave of a container in this leadership. */
  public Optional<ContainerStatus> reportedBy(NodeId node, ContainerId id) {
    return Optional.ofNullable(reported.get(node)).map(m -> m.get(id));
  }

  /** The state of a container that was seen last, by whatever leader. */
  public ContainerState lastState(Ownership ownership) {
    return locationOf(ownership).status().state();
  }

  /** Whether a host is in the cluster now. */
  boolean isPresent(NodeId node) {
    return membership.isPresent(node);
  }

  /** Whether a host has reported in this leadership. */
  public boolean hasReported(NodeId node) {
    return reported.containsKey(node);
  }

  /** Writes the location anew when anything of it has changed, and tells everyone. */
  public Location show(Ownership ownership) {
    Location next = locationOf(ownership);
    Location before = shown.get(ownership.id());
    if (before != null && sameBut(before, next)) {
      return before;
    }
    shown.put(ownership.id(), next);
    store.put(next);
    bus.publish(Addresses.EVENTS, new NereidEvent.ContainerChanged(next));
    return next;
  }

  /** The same for one container, if it has an owner. */
  public void show(ContainerId id) {
    ledger.read(id).ifPresent(this::show);
  }

  /** Forgets a container that is gone for good. */
  public void removed(Ownership last) {
    forgetAnswer(last.id());
    shown.remove(last.id());
    protections.remove(last.id());
    store.remove(last.id());
    bus.publish(
        Addresses.EVENTS, new NereidEvent.ContainerRemoved(last.id().value(), last.name().value()));
  }

  private synchronized void forgetAnswer(ContainerId id) {
    answers.remove(id);
  }

  /** Shows that a host has come or gone. */
  public void nodeChanged(NodeId node, boolean present) {
    bus.publish(Addresses.EVENTS, new NereidEvent.NodeChanged(node, present));
    ledger.all().stream().filter(o -> o.owner().equals(node)).forEach(this::show);
  }

  /** Every container with an owner, by name. */
  public List<Location> list() {
    return ledger.all().stream()
        .map(this::locationOf)
        .sorted(Comparator.comparing(l -> l.status().name()))
        .toList();
  }

  /** Where one container is. */
  public Location locationOf(Ownership ownership) {
    Optional<ContainerStatus> own =
        reportedBy(ownership.owner(), ownership.id()).filter(s -> isOfThisGrant(ownership, s));
    ContainerStatus status = own.orElseGet(() -> lastKnown(ownership));
    return new Location(
        ownership.owner(),
        status,
        board.holding(ownership.id()).map(r -> r.migration().id()),
        membership.isPresent(ownership.owner()),
        clock.instant(),
        protections.of(ownership.id()));
  }

  private ContainerStatus lastKnown(Ownership ownership) {
    ContainerStatus before =
        Optional.ofNullable(shown.get(ownership.id()))
            .map(Location::status)
            .orElseGet(() -> Statuses.unknown(ownership));
    return ownership.stage() == Ownership.Stage.GRANTED
        ? Statuses.restoring(before, ownership)
        : before;
  }

  /** What the target said before the grant is about its reservation, not about the container. */
  private static boolean isOfThisGrant(Ownership ownership, ContainerStatus status) {
    return ownership.stage() == Ownership.Stage.HELD
        || !status.epoch().isOlderThan(ownership.epoch());
  }

  private static boolean sameBut(Location a, Location b) {
    return a.owner().equals(b.owner())
        && a.status().equals(b.status())
        && a.migration().equals(b.migration())
        && a.ownerPresent() == b.ownerPresent()
        && a.protection().equals(b.protection());
  }

  /** A host, if the cluster has ever seen it report. */
  public Optional<NodeInfo> host(NodeId node) {
    return Optional.ofNullable(hosts.get(node));
  }

  /** Every host. */
  public List<NodeView> nodes() {
    Optional<NodeId> leader = membership.leader();
    List<Ownership> owners = ledger.all();
    return hosts.values().stream()
        .sorted(Comparator.comparing(NodeInfo::id))
        .map(info ->
            new NodeView(
                info,
                membership.isPresent(info.id()),
                leader.filter(info.id()::equals).isPresent(),
                (int) owners.stream().filter(o -> o.owner().equals(info.id())).count()))
        .toList();
  }

  /** Tells everyone about a migration, and shows its container as it is now. */
  public void migrationChanged(MigrationRecord record, boolean ownershipMayHaveChanged) {
    bus.publish(
        Addresses.EVENTS, new NereidEvent.MigrationChanged(record.version(), record.migration()));
    if (ownershipMayHaveChanged) {
      show(record.current());
    }
  }
}
