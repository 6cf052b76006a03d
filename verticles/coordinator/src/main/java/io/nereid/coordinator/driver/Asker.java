package io.nereid.coordinator.driver;

import io.nereid.coordinator.migration.Effect;
import io.nereid.coordinator.migration.Event;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.coordinator.migration.Step;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Asks nymphs for steps and waits for what comes first: the answer, a cancel, the loss of a host.
 * Used by one driver's thread only.
 */
final class Asker {
  /** The wait at the nymph while data is sent: progress is to be seen. */
  private static final long SENDING_WAIT_MS = 300;

  /** A reply that is later than the nymph's own wait by this is not waited for any longer. */
  private static final long REPLY_GRACE_MS = 1_500;

  /**
   * So many silences in a row make a failure. Steps may be asked for again at any time; a message
   * gets lost with a connection that breaks, and a host that runs CRIU may be slow to answer.
   */
  private static final int SILENCES_MAX = 4;

  /** A member whose nymph is not registered may just be registering: so long is that forgiven. */
  private static final long REGISTERING_MS = 1_000;

  private static final long REGISTERING_PAUSE_MS = 50;
  private static final long PAUSE_FIRST_MS = 50;
  private static final long PAUSE_MAX_MS = 1_000;
  private static final long PAUSE_AWAY_MS = 5_000;
  private static final long TURN_LOOK_MS = 1_000;

  private final DriverPorts ports;
  private final Mailbox mailbox;
  private final Migration migration;
  private final List<CompletableFuture<Void>> accepted = new ArrayList<>();
  private Step step;
  private boolean mayHaveRun;
  private boolean following;
  private long number;

  Asker(DriverPorts ports, Mailbox mailbox, Migration migration, boolean resumed) {
    this.ports = ports;
    this.mailbox = mailbox;
    this.migration = migration;
    this.mayHaveRun = resumed;
  }

  /** Asks for a step until there is an answer, a failure worth deciding upon, or something else. */
  Event ask(Effect.Ask ask, MigrationRecord record) {
    boolean first = step == null;
    if (ask.step() != step) {
      // Whoever drove this before may have asked for the step at which we found it.
      mayHaveRun = first && mayHaveRun;
      step = ask.step();
    }
    if (!first && !following && ask.attempt() > 0) {
      Event meanwhile = waitBefore(ask, record);
      if (meanwhile != null) {
        return meanwhile;
      }
    }
    following = false;
    Event absence = absence(ask, record);
    if (absence != null) {
      return absence;
    }
    long registeringUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REGISTERING_MS);
    boolean before = mayHaveRun;
    for (int silences = 0; ; ) {
      // Whatever interrupts the wait from here on leaves a request behind that may be acted upon.
      mayHaveRun = true;
      send(ask);
      Object answer = await(record, number, Long.MAX_VALUE, null);
      if (answer instanceof Event event) {
        return event;
      }
      if (answer instanceof StepReply reply) {
        return eventOf(ask, reply, before);
      }
      Failure failure = (Failure) answer;
      refuseStaleTerm(failure);
      boolean unregistered = isUnregistered(failure);
      before |= failure.certainty() != Certainty.DID_NOT_RUN;
      mayHaveRun = before;
      if (unregistered && ports.membership().isPresent(ask.node()) && ask.attempt() == 0) {
        if (System.nanoTime() < registeringUntil) {
          Object meanwhile = await(record, -1, REGISTERING_PAUSE_MS, null);
          if (meanwhile instanceof Event event) {
            return event;
          }
          continue;
        }
      }
      if (failure.code() == FailureCode.TIMEOUT
          && failure.certainty() == Certainty.UNKNOWN
          && ++silences < SILENCES_MAX) {
        continue;
      }
      return failed(ask, failure);
    }
  }

  /** Nothing is asked of a host that is no member, nor begun when the other one has gone. */
  private Event absence(Effect.Ask ask, MigrationRecord record) {
    if (record.phase().isCancellable()) {
      for (NodeId node : List.of(migration.source(), migration.target())) {
        if (!ports.membership().isPresent(node)) {
          return new Event.NodeLost(node, now());
        }
      }
    }
    return ports.membership().isPresent(ask.node())
        ? null
        : failed(
            ask,
            Failure.refused(
                FailureCode.NODE_LOST,
                "the host is not in the cluster",
                "start its daemon; look at 'nereid nodes'"));
  }

  /** Waits for its turn to be frozen; returns what comes in between, or null when it is. */
  Event awaitTurn(MigrationRecord record) {
    while (turnOfAnother().isPresent()) {
      for (NodeId node : List.of(migration.source(), migration.target())) {
        if (!ports.membership().isPresent(node)) {
          return new Event.NodeLost(node, now());
        }
      }
      if (await(record, -1, TURN_LOOK_MS, null) instanceof Event event) {
        return event;
      }
    }
    return null;
  }

  /** Takes the turn, or says whose it is. */
  Optional<Failure> turnOfAnother() {
    return ports
        .turns()
        .take(migration, () -> mailbox.put(new Signal.Turn()))
        .map(other ->
            Failure.of(
                FailureCode.BUSY,
                "it is the turn of container '"
                    + other.name()
                    + "' ("
                    + other.id()
                    + ") to be frozen; of a host's containers one is at a time",
                ""));
  }

  /** Waits before something is tried again that is no request to a nymph. */
  void pause(int attempt) {
    if (attempt > 0) {
      mailbox.pause(pauseMs(attempt));
    }
  }

  /** What was accepted is written down and to be seen now. */
  void told() {
    accepted.forEach(a -> a.complete(null));
    accepted.clear();
  }

  private Event waitBefore(Effect.Ask ask, MigrationRecord record) {
    boolean present = ports.membership().isPresent(ask.node());
    long ms = present && !record.phase().isFinal() ? pauseMs(ask.attempt()) : PAUSE_AWAY_MS;
    return await(record, -1, ms, ask.node()) instanceof Event event ? event : null;
  }

  private static long pauseMs(int attempt) {
    return Math.min(PAUSE_MAX_MS, PAUSE_FIRST_MS << Math.min(attempt - 1, 10));
  }

  private void send(Effect.Ask ask) {
    long waitMs =
        ask.step() == Step.SEND_AHEAD
                || ask.step() == Step.CATCH_UP
                || ask.step() == Step.SEND_DELTA
                || ask.step() == Step.AWAIT_PAGES
            ? SENDING_WAIT_MS
            : Addresses.LONG_POLL_MS;
    long mine = ++number;
    StepRequest request =
        new StepRequest(
            migration.id(),
            migration.container(),
            new Fence(ports.term(), ask.epoch()),
            ask.command(),
            waitMs);
    ports
        .bus()
        .ask(Addresses.STEP.at(ask.node()).within(waitMs + REPLY_GRACE_MS), request)
        .onComplete(
            reply -> mailbox.put(new Signal.Answered(mine, reply)),
            e -> mailbox.put(new Signal.Unanswered(mine, FailureException.failureOf(e))));
  }

  /**
   * Waits for the answer of that number, at most so long.
   *
   * @return an Event that came in between, a StepReply, a Failure, or null when the time is over or
   *     {@code backEnds} has come back
   */
  private Object await(MigrationRecord record, long awaited, long ms, NodeId backEnds) {
    long deadline =
        ms == Long.MAX_VALUE ? 0 : System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    while (true) {
      long left =
          ms == Long.MAX_VALUE
              ? PAUSE_AWAY_MS
              : TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime()) + 1;
      if (left <= 0) {
        return null;
      }
      Optional<Signal> signal = mailbox.take(left);
      if (signal.isEmpty()) {
        continue;
      }
      switch (signal.get()) {
        case Signal.Stop s -> throw new StoppedException("this coordinator leads no more", false);
        case Signal.Answered a when a.number() == awaited -> {
          return a.reply();
        }
        case Signal.Unanswered u when u.number() == awaited -> {
          return u.failure();
        }
        case Signal.Answered a -> {}
        case Signal.Unanswered u -> {}
        case Signal.Lost l -> {
          if (l.node().equals(migration.source()) || l.node().equals(migration.target())) {
            return new Event.NodeLost(l.node(), now());
          }
        }
        case Signal.Back b -> {
          if (b.node().equals(backEnds)) {
            return null;
          }
        }
        case Signal.Turn t -> {
          if (awaited < 0) {
            return null;
          }
        }
        case Signal.TakeBack t -> {
          Optional<Failure> refused = takeBackRefused(record);
          if (refused.isEmpty()) {
            accepted.add(t.accepted());
            return new Event.TakeBackRequested(now());
          }
          t.accepted().completeExceptionally(new FailureException(refused.get()));
        }
        case Signal.Cancel c -> {
          if (record.phase().isCancellable()) {
            accepted.add(c.accepted());
            return new Event.CancelRequested(now());
          }
          c.accepted().completeExceptionally(MigrationDriver.tooLate(record));
        }
      }
    }
  }

  /** A host that answers is asked, and not declared dead. */
  private Optional<Failure> takeBackRefused(MigrationRecord record) {
    if (!record.canBeTakenBack()) {
      return Optional.of(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "migration "
                  + migration.id()
                  + " is in phase "
                  + record.phase()
                  + ": there is nothing to take back",
              "look at 'nereid migrations'"));
    }
    return ports.membership().isPresent(migration.target())
        ? Optional.of(
            Failure.refused(
                FailureCode.WRONG_STATE,
                "host '" + migration.target() + "' is in the cluster: the container may run there",
                "wait; or end that host first, for good"))
        : Optional.empty();
  }

  private Event eventOf(Effect.Ask ask, StepReply reply, boolean before) {
    return switch (reply) {
      case StepReply.Running r -> {
        following = true;
        yield new Event.Progressed(ask.step(), r.progress(), now());
      }
      case StepReply.Done d -> new Event.Done(ask.step(), d.result(), now());
      case StepReply.Failed f -> {
        refuseStaleTerm(f.failure());
        mayHaveRun = before || f.failure().certainty() != Certainty.DID_NOT_RUN;
        yield failed(ask, f.failure());
      }
    };
  }

  /** A restore "did not run" only when nobody has asked for it before. */
  private Event failed(Effect.Ask ask, Failure failure) {
    boolean doubtful =
        ask.step() == Step.RESTORE && mayHaveRun && failure.certainty() == Certainty.DID_NOT_RUN;
    Failure sure =
        doubtful
            ? new Failure(
                failure.code(),
                Certainty.UNKNOWN,
                failure.message(),
                failure.remedy(),
                failure.evidence())
            : failure;
    String name = ask.step().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return new Event.Failed(ask.step(), sure.during(name + " on host '" + ask.node() + "'"), now());
  }

  private static boolean isUnregistered(Failure failure) {
    return failure.code() == FailureCode.NODE_LOST && failure.certainty() == Certainty.DID_NOT_RUN;
  }

  private static void refuseStaleTerm(Failure failure) {
    if (failure.code() == FailureCode.STALE_TERM) {
      throw new StoppedException(failure.message(), true);
    }
  }

  private Instant now() {
    return ports.clock().instant();
  }
}
