package io.nereid.coordinator.driver;

import io.nereid.coordinator.migration.Effect;
import io.nereid.coordinator.migration.Event;
import io.nereid.coordinator.migration.MigrationMachine;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.coordinator.migration.Step;
import io.nereid.coordinator.migration.Transition;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one migration to its end, or to where this coordinator stops leading. Runs on a virtual
 * thread of its own; {@link #cancel} and the notices may come from any thread.
 */
public final class MigrationDriver implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(MigrationDriver.class);
  private final DriverPorts ports;
  private final Mailbox mailbox = new Mailbox();
  private final Asker asker;
  private MigrationRecord record;
  private MigrationRecord saved;
  private Phase entered;

  /**
   * Prepares to drive a record that stands in the store.
   *
   * @param resumed true when another coordinator may have driven it before
   */
  public MigrationDriver(MigrationRecord record, boolean resumed, DriverPorts ports) {
    this.record = record;
    this.saved = record;
    this.ports = ports;
    this.asker = new Asker(ports, mailbox, record.migration(), resumed);
  }

  /** Asks to give up; completes when that is decided, or fails when it is too late. */
  public CompletableFuture<Void> cancel() {
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    mailbox.put(new Signal.Cancel(accepted));
    return accepted;
  }

  /** Asks to have the source go on as of the freeze; completes as {@link #cancel} does. */
  public CompletableFuture<Void> takeBack() {
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    mailbox.put(new Signal.TakeBack(accepted));
    return accepted;
  }

  void lost(NodeId node) {
    mailbox.put(new Signal.Lost(node));
  }

  void back(NodeId node) {
    mailbox.put(new Signal.Back(node));
  }

  void stop() {
    mailbox.stop();
  }

  @Override
  public void run() {
    try {
      drive();
    } catch (StoppedException e) {
      LOG.info("{} is left to another coordinator: {}", record, e.getMessage());
      if (e.staleTerm()) {
        ports.staleTerm().run();
      }
    } catch (RuntimeException e) {
      LOG.error("driving {} ended by a defect; the next leader goes on with it", record, e);
    } finally {
      ports.turns().leave(record.migration().id());
      refuseLateCancels();
    }
  }

  private void drive() {
    ports.listener().changed(record);
    List<Effect> effects = MigrationMachine.resume(record);
    while (true) {
      Event event = perform(effects);
      if (event == null) {
        return;
      }
      if (event instanceof Event.Done done && done.result() instanceof StepResult.Restored r) {
        ports.listener().arrived(record.migration().target(), r.status());
      }
      Transition transition = MigrationMachine.on(record, event);
      logChange(transition.record());
      record = transition.record();
      effects = transition.effects();
    }
  }

  /** Performs them in order; the last one brings the event, or none when all is over. */
  private Event perform(List<Effect> effects) {
    Event event = null;
    for (Effect effect : effects) {
      if (!(effect instanceof Effect.Save || effect instanceof Effect.Tell)) {
        enterPhase();
      }
      event =
          switch (effect) {
            case Effect.Save s -> {
              save();
              yield null;
            }
            case Effect.Tell t -> {
              ports.listener().changed(record);
              asker.told();
              yield null;
            }
            case Effect.Ask a -> ask(a);
            case Effect.Swap s -> swap(s);
            case Effect.Read r -> read(r);
            case Effect.Finish f -> null;
          };
    }
    return event;
  }

  private Event ask(Effect.Ask ask) {
    if (ask.step() == Step.CATCH_UP) {
      Event meanwhile = asker.awaitTurn(record);
      if (meanwhile != null) {
        return meanwhile;
      }
    }
    Event event = asker.ask(ask, record);
    if (event instanceof Event.Done done
        && done.step() == Step.SEND_AHEAD
        && done.result() instanceof StepResult.Sent sent) {
      Optional<Failure> turn = asker.turnOfAnother();
      if (turn.isPresent()) {
        return new Event.Queued(done.step(), sent, turn.get(), done.at());
      }
    }
    return event;
  }

  /** What is frozen, by us or by the coordinator before us, has the turn; what is not has none. */
  private void followTurn() {
    switch (record.phase()) {
      case PREFLIGHT, PREPARE, AHEAD -> {}
      case FREEZE, DUMP, DELTA, GRANT, RESTORE -> ports.turns().hold(record.migration());
      case COMMIT,
          OUTSTANDING,
          RELEASE,
          ROLLBACK,
          RECLAIM,
          UNDECIDED,
          SUCCEEDED,
          ROLLED_BACK,
          NEEDS_OPERATOR ->
          ports.turns().leave(record.migration().id());
    }
  }

  /** A test may hold us here: the phase stands in the store, and nothing is done about it yet. */
  private void enterPhase() {
    if (record.phase() != entered) {
      entered = record.phase();
      followTurn();
      ports.faults().pass("coordinator." + entered);
    }
  }

  private Event swap(Effect.Swap swap) {
    asker.pause(swap.attempt());
    try {
      return ports.ledger().compareAndSet(swap.expected(), swap.next())
          ? new Event.Swapped(swap.step(), now())
          : new Event.NotSwapped(swap.step(), now());
    } catch (FailureException e) {
      return new Event.Failed(swap.step(), e.failure(), now());
    }
  }

  private Event read(Effect.Read read) {
    asker.pause(read.attempt());
    try {
      return new Event.LedgerSays(ports.ledger().read(read.container()), now());
    } catch (FailureException e) {
      return new Event.Failed(record.doing(), e.failure(), now());
    }
  }

  /** Returns when the record stands in the store; nothing may be done before that. */
  private void save() {
    for (int attempt = 0; ; attempt++) {
      asker.pause(attempt);
      try {
        if (ports.store().replace(saved, record) || standsAlready()) {
          saved = record;
          return;
        }
        throw new StoppedException("another coordinator has written it down meanwhile", true);
      } catch (FailureException e) {
        LOG.warn("{} cannot be written down yet: {}", record, e.getMessage());
      }
    }
  }

  /** A write whose answer was lost has happened all the same. */
  private boolean standsAlready() {
    Optional<MigrationRecord> standing = ports.store().read(record.migration().id());
    return standing.equals(Optional.of(record));
  }

  private void logChange(MigrationRecord next) {
    if (next.phase() != record.phase()) {
      LOG.info(
          "{} of '{}' {} -> {}: {}{}",
          next.migration().id(),
          next.migration().name(),
          next.migration().source(),
          next.migration().target(),
          next.phase(),
          next.migration().failure().map(f -> " because " + f.message()).orElse(""));
    }
  }

  private void refuseLateCancels() {
    for (Optional<Signal> s = mailbox.take(0); s.isPresent(); s = mailbox.take(0)) {
      if (s.get() instanceof Signal.Cancel cancel) {
        cancel.accepted().completeExceptionally(tooLate(record));
      } else if (s.get() instanceof Signal.TakeBack takeBack) {
        takeBack.accepted().completeExceptionally(tooLate(record));
      }
    }
  }

  static FailureException tooLate(MigrationRecord record) {
    return new FailureException(
        Failure.refused(
            FailureCode.WRONG_STATE,
            "migration "
                + record.migration().id()
                + " is in phase "
                + record.phase()
                + "; it can be cancelled until GRANT",
            "wait for its end, then move the container back"));
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
