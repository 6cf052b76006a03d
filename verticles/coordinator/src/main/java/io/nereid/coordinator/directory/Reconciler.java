package io.nereid.coordinator.directory;

import io.nereid.bounded.BoundedMap;
import io.nereid.coordinator.driver.Drivers;
import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeReport;
import io.nereid.port.OwnershipLedger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sets the ledger right from reports, one report at a time. Blocks; virtual threads only. */
public final class Reconciler {
  private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);

  /** An owner that leaves a container out of its reports for so long does not have it any more. */
  static final Duration MISSING_MAX = Duration.ofSeconds(10);

  private static final int GONE_MAX = 10_000;
  private static final int SHORT_ID = 6;
  private static final int NAME_MAX = 64;

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final Drivers drivers;
  private final MigrationBoard board;
  private final BiConsumer<NodeId, Ownership> stale;
  private final Clock clock;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<ContainerId, Instant> missingSince = new HashMap<>();
  private final Map<ContainerId, Boolean> gone = new BoundedMap<>(GONE_MAX);

  /**
   * Prepares.
   *
   * @param stale told of hosts with a copy of a container that another one has; must not block
   */
  public Reconciler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      Drivers drivers,
      MigrationBoard board,
      BiConsumer<NodeId, Ownership> stale,
      Clock clock) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.drivers = drivers;
    this.board = board;
    this.stale = stale;
    this.clock = clock;
  }

  /** Takes in one report. Throws a {@link FailureException} when the ledger cannot be reached. */
  public void accept(NodeReport report) {
    Instant arrived = clock.instant();
    lock.lock();
    try {
      Map<ContainerId, Ownership> owners =
          ledger.all().stream().collect(Collectors.toMap(Ownership::id, o -> o));
      for (ContainerStatus status : report.containers()) {
        reconcile(report.node().id(), status, Optional.ofNullable(owners.get(status.id())))
            .ifPresent(o -> owners.put(o.id(), o));
      }
      directory.accept(report, arrived, owners);
      dropMissing(report, owners);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets a container for good: a report that was made before must not bring it back. */
  public void forget(ContainerId id) {
    lock.lock();
    try {
      gone.put(id, true);
    } finally {
      lock.unlock();
    }
  }

  /** The opposite: it is brought up again, so reports about it count. */
  public void remember(ContainerId id) {
    lock.lock();
    try {
      gone.remove(id);
    } finally {
      lock.unlock();
    }
  }

  private Optional<Ownership> reconcile(
      NodeId node, ContainerStatus status, Optional<Ownership> known) {
    if (gone.containsKey(status.id())) {
      return Optional.empty();
    }
    Optional<MigrationRecord> open = board.unfinished(status.id());
    if (open.isPresent()) {
      return known.isPresent() ? known : restoreEntry(open.get());
    }
    if (operations.isBusy(status.id())
        || status.hold().flatMap(h -> board.find(h.migration())).isPresent()) {
      return known;
    }
    Optional<NodeId> peer = status.hold().map(MigrationHold::peer);
    return apply(
        node,
        status,
        Reconciliation.decide(
            node,
            status,
            known,
            known
                .filter(o -> directory.isPresent(o.owner()))
                .flatMap(o -> directory.reportedBy(o.owner(), o.id())),
            peer.flatMap(p -> directory.reportedBy(p, status.id())),
            peer.filter(directory::hasReported).isPresent()));
  }

  private Optional<Ownership> apply(
      NodeId node, ContainerStatus status, Reconciliation.Action action) {
    return switch (action) {
      case Reconciliation.Action.Nothing n -> Optional.empty();
      case Reconciliation.Action.Register r -> register(r.ownership());
      case Reconciliation.Action.Raise r -> {
        LOG.warn("the ledger had {} where host '{}' has epoch {}", r.from(), node, status.epoch());
        yield ledger.compareAndSet(r.from(), r.to()) ? Optional.of(r.to()) : Optional.empty();
      }
      case Reconciliation.Action.Recover r -> {
        Optional<Ownership> current =
            r.register() ? register(r.current()) : Optional.of(r.current());
        current.ifPresent(c -> recover(node, r.hold(), c));
        yield current;
      }
      case Reconciliation.Action.Destroy d -> {
        stale.accept(node, d.current());
        yield Optional.of(d.current());
      }
      case Reconciliation.Action.Clean c -> {
        MigrationHold hold = c.hold();
        drivers.begin(
            MigrationRecord.leftover(
                hold.migration(), c.current(), hold.peer(), node, clock.instant()),
            true);
        yield Optional.of(c.current());
      }
    };
  }

  private void recover(NodeId source, MigrationHold hold, Ownership current) {
    MigrationRecord record =
        MigrationRecord.recovered(hold.migration(), current, source, hold.peer(), clock.instant());
    LOG.warn("migration {} is known only from its frozen copy; it is taken up", record);
    drivers.begin(record, true);
  }

  /** An open migration knows what must have stood in the ledger. */
  private Optional<Ownership> restoreEntry(MigrationRecord open) {
    Ownership implied = open.impliedOwnership();
    LOG.warn("the ledger has lost '{}'; {} says {}", implied.name(), open, implied);
    return ledger.register(implied) ? Optional.of(implied) : Optional.empty();
  }

  /** A lost ledger may have given the name to another one meanwhile: then it gets a longer one. */
  private Optional<Ownership> register(Ownership ownership) {
    LOG.info(
        "host '{}' has container '{}' in epoch {}: registered",
        ownership.owner(),
        ownership.name(),
        ownership.epoch());
    if (ledger.register(ownership)) {
      return Optional.of(ownership);
    }
    String suffix = "-" + ownership.id().value().substring(0, SHORT_ID);
    String name = ownership.name().value();
    String cut = name.substring(0, Math.min(name.length(), NAME_MAX - suffix.length()));
    Ownership renamed =
        new Ownership(
            ownership.id(),
            new ContainerName(cut + suffix),
            ownership.owner(),
            ownership.epoch(),
            ownership.stage(),
            ownership.migration());
    LOG.warn("the name '{}' is taken: registered as '{}'", name, renamed.name());
    return ledger.register(renamed) ? Optional.of(renamed) : Optional.empty();
  }

  private void dropMissing(NodeReport report, Map<ContainerId, Ownership> owners) {
    NodeId node = report.node().id();
    Instant now = clock.instant();
    for (Ownership o : owners.values()) {
      if (!o.owner().equals(node)) {
        continue;
      }
      boolean there = report.containers().stream().anyMatch(s -> s.id().equals(o.id()));
      if (there || operations.isBusy(o.id()) || o.stage() == Ownership.Stage.GRANTED) {
        missingSince.remove(o.id());
        continue;
      }
      Instant since = missingSince.computeIfAbsent(o.id(), id -> now);
      if (Duration.between(since, now).compareTo(MISSING_MAX) > 0 && ledger.remove(o)) {
        LOG.warn("host '{}' does not have container '{}' any more: forgotten", node, o.name());
        missingSince.remove(o.id());
        directory.removed(o);
      }
    }
  }
}
