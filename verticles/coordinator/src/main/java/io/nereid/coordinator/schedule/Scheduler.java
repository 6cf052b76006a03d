package io.nereid.coordinator.schedule;

import io.nereid.coordinator.container.SnapshotTaker;
import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.snapshot.ChainPlace;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.domain.snapshot.SnapshotPolicy;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.JobMessages.ScheduleRequest;
import io.nereid.protocol.message.JobMessages.ScheduleView;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the snapshots that are due and deletes those that are not kept, while this coordinator
 * leads. What it knows it learns anew from what hosts report, so the next leader goes on with it.
 */
public final class Scheduler {
  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
  private static final long LOOK_MS = 250;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** What is too old is deleted even when no new one is taken. */
  private static final Duration PRUNE_EVERY = Duration.ofSeconds(30);

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final SnapshotDirectory snapshots;
  private final SnapshotTaker taker;
  private final Pruner pruner;
  private final Budget budget;
  private final Clock clock;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final Map<ContainerId, Watch> watches = new HashMap<>();
  private Instant pruned = Instant.EPOCH;

  public Scheduler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      SnapshotDirectory snapshots,
      SnapshotTaker taker,
      Pruner pruner,
      Budget budget,
      Clock clock) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.snapshots = snapshots;
    this.taker = taker;
    this.pruner = pruner;
    this.budget = budget;
    this.clock = clock;
  }

  /** Begins to look; returns at once. */
  public void start() {
    Thread.ofVirtual().name("snapshot-schedule").start(this::loop);
  }

  /** Begins nothing any more; what is being taken goes on. */
  public void stop() {
    stop.countDown();
  }

  private void loop() {
    try {
      while (!stop.await(LOOK_MS, TimeUnit.MILLISECONDS)) {
        try {
          look();
        } catch (RuntimeException e) {
          LOG.info("the schedule of snapshots is looked at again: {}", e.getMessage());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void look() {
    List<Location> all = directory.list();
    Set<ContainerId> there = new HashSet<>();
    for (Location location : all) {
      Optional<SnapshotPolicy> policy = location.status().policy().filter(SnapshotPolicy::periodic);
      if (policy.isPresent()) {
        there.add(location.status().id());
        look(location, policy.get());
      }
    }
    synchronized (watches) {
      watches.keySet().retainAll(there);
    }
    if (Duration.between(pruned, clock.instant()).compareTo(PRUNE_EVERY) > 0) {
      pruned = clock.instant();
      all.forEach(location -> pruner.prune(location, false));
    }
  }

  private void look(Location location, SnapshotPolicy policy) {
    ContainerId id = location.status().id();
    Instant now = clock.instant();
    boolean known;
    synchronized (watches) {
      known = watches.containsKey(id);
    }
    Watch fresh = known ? null : Watch.first(policy, past(id), now);
    Optional<ChainPlace> take;
    synchronized (watches) {
      Watch.Step step =
          watches
              .getOrDefault(id, fresh)
              .on(new Watch.Event.Looked(now, policy, hindrance(location)), budget);
      watches.put(id, step.watch());
      take = step.take();
    }
    take.ifPresent(
        place -> Thread.ofVirtual().name("periodic-snapshot-" + id).start(() -> take(id, place)));
  }

  private List<Snapshot> past(ContainerId id) {
    return snapshots.list(true).stream()
        .map(SnapshotPlace::snapshot)
        .filter(s -> s.container().equals(id) && s.chain().isPresent())
        .distinct()
        .toList();
  }

  private static Optional<String> hindrance(Location location) {
    if (!location.ownerPresent()) {
      return Optional.of("its host '" + location.owner() + "' is not in the cluster");
    }
    if (location.migration().isPresent()) {
      return Optional.of("migration " + location.migration().get() + " is moving it");
    }
    ContainerState state = location.status().state();
    return state == ContainerState.RUNNING
        ? Optional.empty()
        : Optional.of("it is " + state.name().toLowerCase(Locale.ROOT));
  }

  private void take(ContainerId id, ChainPlace place) {
    Watch.Event event;
    try {
      event = new Watch.Event.Taken(taken(id, place));
    } catch (RuntimeException e) {
      Failure failure = FailureException.failureOf(e);
      event =
          failure.code() == FailureCode.BUSY
              ? new Watch.Event.Passed(clock.instant(), failure.message())
              : new Watch.Event.Failed(clock.instant(), failure.message());
      LOG.warn("no periodic snapshot of container {}: {}", id, failure);
    }
    synchronized (watches) {
      Watch watch = watches.get(id);
      if (watch != null) {
        watches.put(id, watch.on(event, budget).watch());
      }
    }
    if (event instanceof Watch.Event.Taken) {
      prune(id);
    }
  }

  private Snapshot taken(ContainerId id, ChainPlace place) {
    Ownership found = Refs.find(id.value(), ledger.all());
    try (Operations.Running running =
        operations.beginQuietly(found, "snapshot " + place + " of its schedule")) {
      Ownership owner = Refs.find(id.value(), ledger.all());
      return taker.take(owner, Optional.empty(), Optional.of(place), PATIENCE, told -> {});
    }
  }

  private void prune(ContainerId id) {
    try {
      ledger.read(id).ifPresent(owner -> pruner.prune(directory.locationOf(owner), false));
    } catch (RuntimeException e) {
      LOG.info("old snapshots of container {} are deleted later: {}", id, e.getMessage());
    }
  }

  /** How it stands with the periodic snapshots of one container. */
  public ScheduleView show(ScheduleRequest request) {
    ContainerId id = Refs.find(request.ref(), ledger.all()).id();
    Watch watch;
    synchronized (watches) {
      watch = watches.get(id);
    }
    if (watch == null) {
      return new ScheduleView(
          id, Optional.empty(), Optional.empty(), Optional.empty(), 0, Optional.empty());
    }
    Pace pace = watch.pace(budget);
    return new ScheduleView(
        id,
        watch.past().stream().findFirst().map(Snapshot::taken),
        watch.hindrance().isPresent() ? Optional.empty() : Optional.of(watch.due(budget)),
        Optional.of(pace.intervalMs()),
        watch.failures(),
        watch.hindrance().or(watch::trouble).or(pace::shortfall));
  }
}
