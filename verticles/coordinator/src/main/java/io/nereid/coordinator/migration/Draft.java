package io.nereid.coordinator.migration;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.LaterPages;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.migration.Rounds;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.port.PageTicket;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The next record while it is being made. Lives for one event. */
final class Draft {
  final MigrationRecord from;
  final Instant at;
  Step doing;
  int attempts;
  Ownership current;
  Optional<MoveDescription> move;
  Optional<TransferTicket> ticket;
  Optional<ContainerFacts> facts;
  Optional<Assessment> preflight;
  final List<Step> owed;
  boolean cleanupTried;
  boolean neverRestored;
  Optional<PageTicket> pages;
  boolean postCopy;
  boolean takenBack;
  Optional<LaterPages> later;
  int absences;
  boolean cancelRequested;
  Optional<Instant> frozenAt;
  Optional<Instant> restoredAt;
  Optional<Long> frozenMs;
  long bytesTotal;
  long bytesSent;
  Map<NodeId, Long> helped;
  Progress progress;
  Rounds rounds;
  private Phase phase;
  private Instant phaseStarted;
  private Optional<Ownership> wanted;
  private Optional<Instant> ended;
  private Optional<Failure> failure;
  private Optional<Failure> waiting;
  private final Map<Phase, Long> phasesMs = new EnumMap<>(Phase.class);

  Draft(MigrationRecord from, Instant at) {
    Migration m = from.migration();
    this.from = from;
    this.at = at;
    doing = from.doing();
    attempts = from.attempts();
    current = from.current();
    wanted = from.wanted();
    move = from.move();
    ticket = from.ticket();
    facts = from.facts();
    preflight = m.preflight();
    owed = new ArrayList<>(from.owed());
    cleanupTried = from.cleanupTried();
    neverRestored = from.neverRestored();
    pages = from.pages();
    postCopy = from.postCopy();
    takenBack = from.takenBack();
    later = m.later();
    absences = from.absences();
    phase = m.phase();
    phaseStarted = from.phaseStarted();
    cancelRequested = m.cancelRequested();
    ended = m.ended();
    frozenAt = m.frozenAt();
    restoredAt = m.restoredAt();
    frozenMs = m.frozenMs();
    bytesTotal = m.bytesTotal();
    bytesSent = m.bytesSent();
    helped = m.helped();
    progress = m.progress();
    rounds = m.rounds();
    failure = m.failure();
    waiting = m.waiting();
    phasesMs.putAll(m.phasesMs());
  }

  Phase phase() {
    return phase;
  }

  NodeId source() {
    return from.migration().source();
  }

  NodeId target() {
    return from.migration().target();
  }

  /** Goes to another phase and closes the account of the time spent in the present one. */
  Draft phase(Phase next) {
    if (next != phase) {
      phasesMs.merge(phase, millis(phaseStarted), Long::sum);
      phase = next;
      phaseStarted = at;
      progress = Progress.NONE;
      if (next.isFinal() && ended.isEmpty()) {
        ended = Optional.of(at);
      }
    }
    return this;
  }

  /**
   * Goes on with a step; a write is worked out here so that it is written down before it is tried.
   */
  Draft step(Step next) {
    doing = next;
    attempts = 0;
    waiting = Optional.empty();
    wanted = writeOf(next);
    return this;
  }

  /** Reads the ledger, remembering the write whose outcome is in doubt. */
  Draft reread() {
    doing = Step.REREAD;
    return this;
  }

  /** Tries the same step again later. */
  Draft again(Failure why) {
    attempts++;
    waiting = Optional.of(why);
    return this;
  }

  /** Shows what it waits for before it goes on with the step. */
  Draft waitFor(Failure why) {
    waiting = Optional.of(why);
    return this;
  }

  /** Tries again with a step in place of the present one, which has failed. */
  Draft againWith(Step next, Failure why) {
    int before = attempts;
    step(next);
    attempts = before;
    return again(why);
  }

  /** Keeps the first reason: what follows from it is not the reason. */
  Draft because(Failure why) {
    if (failure.isEmpty()) {
      failure = Optional.of(why);
    }
    return this;
  }

  Draft stopFor(Failure why) {
    failure = Optional.of(why);
    owed.clear();
    return phase(Phase.NEEDS_OPERATOR).step(Step.NOTHING);
  }

  Optional<Ownership> wanted() {
    return wanted;
  }

  /** The write that was tried stands. */
  Draft wroteWanted() {
    current = wanted.orElseThrow();
    wanted = Optional.empty();
    return this;
  }

  long millis(Instant since) {
    return Math.max(0, Duration.between(since, at).toMillis());
  }

  Instant phaseStarted() {
    return phaseStarted;
  }

  private Optional<Ownership> writeOf(Step step) {
    return switch (step) {
      case GRANT -> Optional.of(write(target(), current.epoch().next(), Stage.GRANTED));
      case COMMIT -> Optional.of(write(current.owner(), current.epoch(), Stage.HELD));
      case RETURN -> Optional.of(write(source(), current.epoch().next(), Stage.HELD));
      default -> Optional.empty();
    };
  }

  private Ownership write(NodeId owner, Epoch epoch, Stage stage) {
    return new Ownership(
        current.id(),
        current.name(),
        owner,
        epoch,
        stage,
        stage == Stage.GRANTED ? Optional.of(from.migration().id()) : Optional.empty());
  }

  MigrationRecord record() {
    Migration m = from.migration();
    Migration next =
        new Migration(
            m.id(),
            m.container(),
            m.name(),
            m.source(),
            m.target(),
            phase,
            m.base(),
            m.options(),
            cancelRequested,
            m.started(),
            ended,
            Map.copyOf(phasesMs),
            frozenAt,
            restoredAt,
            frozenMs,
            bytesTotal,
            bytesSent,
            progress,
            rounds,
            failure,
            waiting,
            later,
            preflight,
            Map.copyOf(helped));
    return new MigrationRecord(
        from.version() + 1,
        next,
        doing,
        attempts,
        current,
        wanted,
        move,
        ticket,
        facts,
        from.rates(),
        owed,
        cleanupTried,
        neverRestored,
        pages,
        postCopy,
        takenBack,
        absences,
        phaseStarted);
  }
}
