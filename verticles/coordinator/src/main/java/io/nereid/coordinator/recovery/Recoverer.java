package io.nereid.coordinator.recovery;

import io.nereid.coordinator.container.NymphSnapshots;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.recovery.Recovery;
import io.nereid.domain.recovery.Recovery.Phase;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.NereidEvent;
import io.nereid.protocol.message.RecoveryMessages.Plan;
import io.nereid.protocol.message.SnapshotMessages.Identity;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one container up elsewhere. Each attempt is written down, then the ledger is changed, and
 * only then a host is told; the next attempt begins when the last one certainly cannot run, or its
 * host is gone as well. So another leader can go on from the record and the ledger alone. Blocks.
 */
final class Recoverer {
  private static final Logger LOG = LoggerFactory.getLogger(Recoverer.class);
  private static final String INTERRUPTED = "it was begun by another leader and broken off";
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
  private final RecoveryPorts ports;
  private final RecoveryPlanner.Wish wish;
  private final BooleanSupplier stopped;
  private Recovery record;

  /** How an attempt ended. */
  private enum End {
    RUNS,
    CANNOT_RUN
  }

  /**
   * Prepares.
   *
   * @param record as it is written down
   * @param stopped whether the leadership has ended: what is left is the next leader's
   */
  Recoverer(
      RecoveryPorts ports, Recovery record, RecoveryPlanner.Wish wish, BooleanSupplier stopped) {
    this.ports = ports;
    this.record = record;
    this.wish = wish;
    this.stopped = stopped;
  }

  /** Until it is over, or the leadership is. */
  void run(boolean resumed) {
    boolean found = resumed;
    while (record.unfinished() && !stopped.getAsBoolean()) {
      try {
        attempt(found);
        found = false;
      } catch (FailureException e) {
        // The maps, or the leadership: what was written is looked at again.
        LOG.info("recovery of '{}' waits: {}", record.base().name(), e.getMessage());
        found = true;
        LockSupport.parkNanos(AGAIN_NANOS);
      }
    }
  }

  /**
   * One attempt.
   *
   * @param found whether it may have been begun before
   */
  private void attempt(boolean found) {
    Optional<Ownership> now = ports.ledger().read(record.base().id());
    if (now.filter(record.replaces()::equals).isPresent()) {
      if (!grant()) {
        return;
      }
      found = false;
    } else if (now.filter(held()::equals).isPresent()) {
      over(Phase.DONE, held(), Optional.empty());
      return;
    } else if (now.filter(record.granted()::equals).isEmpty()) {
      over(Phase.OVERTAKEN, now.orElse(record.granted()), Optional.empty());
      return;
    }
    ports.faults().pass("coordinator.RECOVER.granted");
    String why = found ? INTERRUPTED : restore();
    End end = why.isEmpty() ? End.RUNS : settled();
    if (end == End.RUNS) {
      runs();
    } else if (!stopped.getAsBoolean()) {
      next(why);
    }
  }

  /** The ledger first. A host that has come back in the last moment keeps its container. */
  private boolean grant() {
    Life life = ports.signs().of(record.replaces().owner());
    boolean first = record.replaces().equals(record.base());
    if (first && (life == Life.ALIVE || life == Life.SUSPECT)) {
      over(Phase.OVERTAKEN, record.base(), Optional.empty());
      return false;
    }
    ports.faults().pass("coordinator.RECOVER.planned");
    if (!ports.ledger().compareAndSet(record.replaces(), record.granted())) {
      return false;
    }
    LOG.warn(
        "container '{}' of host '{}' goes to host '{}' in epoch {}, as of {}: {} ms are lost",
        record.base().name(),
        record.base().owner(),
        record.granted().owner(),
        record.granted().epoch(),
        record.lost().from(),
        record.lost().millis());
    ports.directory().show(record.granted());
    return true;
  }

  /** Why it failed; empty when it runs. */
  private String restore() {
    Optional<Snapshot> snapshot =
        ports.snapshots().list(true).stream()
            .map(SnapshotPlace::snapshot)
            .filter(s -> s.id().equals(record.snapshot()))
            .findFirst();
    if (snapshot.isEmpty()) {
      return "snapshot " + record.snapshot() + " is not there any more";
    }
    Ownership to = record.granted();
    var command =
        new SnapshotCommand.Restore(
            snapshot.get(),
            record.holder(),
            new Identity(to.id(), to.name(), snapshot.get().network()));
    try {
      ports.reconciler().remember(to.id());
      SnapshotResult result =
          new NymphSnapshots(ports.nymphs())
              .perform(
                  record.operation(), to.owner(), Optional.of(to.epoch()), command, told -> {});
      ContainerStatus status = ((SnapshotResult.Restored) result).container();
      ports.directory().accept(to.owner(), status);
      return "";
    } catch (FailureException e) {
      return e.failure().message();
    }
  }

  /** What became of the attempt, whatever was said: asked until it is certain. */
  private End settled() {
    NodeId target = record.granted().owner();
    while (!stopped.getAsBoolean()) {
      try {
        Optional<End> end = asked(target);
        if (end.isPresent()) {
          return end.get();
        }
      } catch (FailureException e) {
        if (ports.signs().of(target) == Life.GONE) {
          return End.CANNOT_RUN;
        }
        boolean stale = e.failure().code() == FailureCode.STALE_EPOCH;
        if (stale && e.failure().certainty() != Certainty.UNKNOWN) {
          return End.CANNOT_RUN;
        }
      }
      LockSupport.parkNanos(AGAIN_NANOS);
    }
    return End.CANNOT_RUN;
  }

  private Optional<End> asked(NodeId target) {
    return switch (step(target, new StepCommand.Query())) {
      case StepResult.TargetState state ->
          switch (state.fate()) {
            case RUNNING -> Optional.of(End.RUNS);
            case RESTORING -> Optional.empty();
            case ABSENT -> {
              // Until this is done, a request that is still on its way could begin it.
              step(target, new StepCommand.Discard());
              yield Optional.of(End.CANNOT_RUN);
            }
          };
      default -> Optional.empty();
    };
  }

  private StepResult step(NodeId target, StepCommand command) {
    while (true) {
      Ownership to = record.granted();
      StepReply reply =
          ports.nymphs().step(target, record.operation(), to.id(), to.epoch(), command);
      switch (reply) {
        case StepReply.Running running -> {
          if (stopped.getAsBoolean()) {
            throw new FailureException(
                Failure.unknown(FailureCode.CANCELLED, "another host leads", ""));
          }
        }
        case StepReply.Done done -> {
          return done.result();
        }
        case StepReply.Failed failed -> throw new FailureException(failed.failure());
      }
    }
  }

  private Ownership held() {
    Ownership g = record.granted();
    return new Ownership(g.id(), g.name(), g.owner(), g.epoch(), Stage.HELD, Optional.empty());
  }

  private void runs() {
    ports.faults().pass("coordinator.RECOVER.restored");
    if (!ports.ledger().compareAndSet(record.granted(), held())) {
      return;
    }
    over(Phase.DONE, held(), Optional.empty());
  }

  /** Another host, another snapshot, or back to where it was. */
  private void next(String why) {
    LOG.warn(
        "host '{}' did not bring up '{}': {}", record.granted().owner(), record.base().name(), why);
    if (!why.equals(INTERRUPTED)) {
      write(record.missed(why));
    }
    Life life = ports.signs().of(record.base().owner());
    boolean back = life == Life.ALIVE || life == Life.SUSPECT;
    RecoveryPlanner.Case about = Cases.now(ports).of(record.granted(), record.tried());
    Plan plan =
        RecoveryPlanner.plan(
            about.lostBy(record.base()), new RecoveryPlanner.Wish(true, wish.on()));
    if (back || plan.target().isEmpty()) {
      giveBack(back ? "host '" + record.base().owner() + "' is back" : plan.waits().orElse(why));
      return;
    }
    Ownership granted = granted(record.granted(), plan.target().get());
    write(
        record.attempt(
            granted,
            plan.snapshot().orElseThrow(),
            plan.lost().orElseThrow().from(),
            plan.holder().orElseThrow()));
  }

  private void giveBack(String why) {
    Ownership g = record.granted();
    Ownership back =
        new Ownership(
            g.id(),
            g.name(),
            record.base().owner(),
            g.epoch().next(),
            Stage.HELD,
            Optional.empty());
    if (!ports.ledger().compareAndSet(g, back)) {
      return;
    }
    over(
        Phase.FAILED,
        back,
        Optional.of(
            Failure.of(
                FailureCode.NODE_LOST,
                "container '" + g.name() + "' could not be recovered: " + why,
                "it belongs to host '"
                    + back.owner()
                    + "' again; start its daemon, or try 'nereid recover "
                    + g.name()
                    + "' when another host is up")));
  }

  static Ownership granted(Ownership from, NodeId to) {
    return new Ownership(
        from.id(),
        from.name(),
        to,
        from.epoch().next(),
        Stage.GRANTED,
        Optional.of(MigrationId.random()));
  }

  private void over(Phase end, Ownership now, Optional<Failure> why) {
    write(record.over(end, now, ports.clock().instant(), why));
    switch (end) {
      case DONE ->
          LOG.warn(
              "container '{}' runs on host '{}' again; it remembers nothing of the {} ms from {} to"
                  + " {}",
              now.name(),
              now.owner(),
              record.lost().millis(),
              record.lost().from(),
              record.lost().until());
      case FAILED -> LOG.error("{}", why.map(Failure::message).orElse(""));
      case OVERTAKEN -> LOG.info("recovery of '{}' is not needed any more", now.name());
      case RESTORING -> throw new IllegalArgumentException("that is no end");
    }
  }

  private void write(Recovery next) {
    boolean written =
        ports.store().write(Optional.of(record), next)
            || ports.store().read(record.base().id()).filter(next::equals).isPresent();
    if (!written) {
      throw new FailureException(
          Failure.refused(FailureCode.STALE_TERM, "another leader has taken it up", ""));
    }
    record = next;
    ports.protections().recovered(record);
    ports.bus().publish(Addresses.EVENTS, new NereidEvent.RecoveryChanged(record));
    ports.directory().show(record.base().id());
  }
}
