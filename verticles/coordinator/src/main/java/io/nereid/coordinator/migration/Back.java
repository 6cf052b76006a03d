package io.nereid.coordinator.migration;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.Phase;
import java.util.List;
import java.util.Optional;

/**
 * The two ways back to the source: ROLLBACK, when nothing was granted, and RECLAIM, when the
 * restore has definitely failed. The source may thaw only under an ownership that was written for
 * it on this way.
 */
final class Back {
  /** A source that answers and cannot thaw is asked so often before a person has to look. */
  static final int THAWS_MAX = 10;

  /** An end of sending that fails so often is left to the thaw, which waits for CRIU too. */
  static final int ABORTS_MAX = 5;

  private Back() {}

  /** Turns round, owing what the phase may have begun. */
  static void begin(Draft d, Failure why) {
    begin(d, why, owedFrom(d.phase()));
  }

  static void begin(Draft d, Failure why, List<Step> owed) {
    d.because(why);
    d.owed.clear();
    d.owed.addAll(owed);
    // A host has seen a higher epoch than the ledger knows: without a raise it would refuse for
    // ever.
    if (why.code() == FailureCode.STALE_EPOCH && !d.owed.contains(Step.RETURN)) {
      d.owed.addFirst(Step.RETURN);
    }
    if (!d.owed.isEmpty()) {
      d.phase(Phase.ROLLBACK);
    }
    next(d);
  }

  private static List<Step> owedFrom(Phase phase) {
    return switch (phase) {
      case PREFLIGHT -> List.of();
      case PREPARE -> List.of(Step.DISCARD);
      case AHEAD -> List.of(Step.ABORT_SEND, Step.DISCARD);
      case FREEZE, GRANT -> List.of(Step.RETURN, Step.THAW, Step.DISCARD);
      case DUMP, DELTA -> List.of(Step.ABORT_SEND, Step.RETURN, Step.THAW, Step.DISCARD);
      case RESTORE,
          COMMIT,
          OUTSTANDING,
          RELEASE,
          ROLLBACK,
          RECLAIM,
          UNDECIDED,
          SUCCEEDED,
          ROLLED_BACK,
          NEEDS_OPERATOR ->
          throw new IllegalArgumentException("there is no way back from " + phase);
    };
  }

  /** Goes to RECLAIM: the target must have confirmed that nothing is there before the write. */
  static void reclaim(Draft d, Failure why) {
    d.because(why);
    d.owed.clear();
    d.owed.addAll(List.of(Step.DISCARD, Step.RETURN, Step.THAW));
    d.phase(Phase.RECLAIM);
    next(d);
  }

  static void on(Draft d, Event event) {
    switch (event) {
      case Event.Done e -> {
        d.owed.remove(e.step());
        next(d);
      }
      case Event.Progressed e -> d.progress = e.progress();
      case Event.Queued e -> throw MigrationMachine.illegal(d, event);
      case Event.Swapped e -> returned(d.wroteWanted());
      case Event.NotSwapped e -> d.reread();
      case Event.LedgerSays e -> judge(d, e.ownership());
      case Event.Failed e -> failed(d, e.failure());
      case Event.NodeLost e -> {
        if (MigrationMachine.awaits(d, e)) {
          failed(d, Failures.lost(e.node(), d));
        }
      }
      case Event.TakeBackRequested e -> Outstanding.promised(d);
      case Event.CancelRequested e -> throw MigrationMachine.illegal(d, event);
    }
  }

  private static void returned(Draft d) {
    d.owed.remove(Step.RETURN);
    next(d);
  }

  private static void next(Draft d) {
    if (d.owed.isEmpty()) {
      d.phase(Phase.ROLLED_BACK).step(Step.NOTHING);
    } else if (d.cleanupTried && d.owed.equals(List.of(Step.DISCARD))) {
      // The container runs again; what is left at the target is no reason to keep people waiting.
      d.phase(Phase.ROLLED_BACK).againWith(Step.DISCARD, Failures.cleanupLater(d));
    } else {
      d.step(d.owed.getFirst());
    }
  }

  private static void failed(Draft d, Failure why) {
    switch (d.doing) {
      case ABORT_SEND -> {
        if (!Failures.isAway(why) && d.attempts + 1 >= ABORTS_MAX) {
          d.owed.remove(Step.ABORT_SEND);
          next(d);
        } else {
          sourceFailed(d, why);
        }
      }
      case THAW -> {
        if (why.code() == FailureCode.STALE_EPOCH) {
          d.owed.addFirst(Step.RETURN);
          next(d);
        } else if (!Failures.isAway(why) && d.attempts + 1 >= THAWS_MAX) {
          d.stopFor(Failures.givenUp(d, why));
        } else {
          sourceFailed(d, why);
        }
      }
      case DISCARD -> {
        if (d.phase() == Phase.RECLAIM) {
          unconfirmed(d, why);
        } else {
          cleanupFailed(d);
        }
      }
      case RETURN -> {
        if (Failures.didNotRun(why)) {
          d.again(why);
        } else {
          d.reread();
        }
      }
      default -> d.again(why);
    }
  }

  /** While the source is away the target can be cleaned: nothing of it is needed any more. */
  private static void sourceFailed(Draft d, Failure why) {
    d.again(why);
    if (d.phase() == Phase.ROLLBACK && d.owed.contains(Step.DISCARD) && !d.cleanupTried) {
      d.doing = Step.DISCARD;
      d.attempts = 0;
    }
  }

  private static void cleanupFailed(Draft d) {
    d.cleanupTried = true;
    if (d.owed.getFirst() == Step.DISCARD) {
      next(d);
    } else {
      d.doing = d.owed.getFirst();
      d.attempts = 1;
    }
  }

  /**
   * Nobody may thaw before it is certain that nothing runs at the target, nor will: a request for
   * the restore may still be on its way, and only a discard that was done stops that one.
   */
  private static void unconfirmed(Draft d, Failure why) {
    boolean away = Failures.isAway(why);
    if (away && d.neverRestored) {
      d.cleanupTried = true;
      d.owed.remove(Step.DISCARD);
      d.owed.add(Step.DISCARD);
      next(d);
    } else if (away) {
      d.again(why);
    } else {
      d.neverRestored = false;
      d.takenBack = false;
      d.owed.clear();
      d.phase(Phase.UNDECIDED).againWith(Step.QUERY, why);
      d.attempts = Math.max(1, d.absences);
    }
  }

  private static void judge(Draft d, Optional<Ownership> said) {
    if (said.isEmpty()) {
      d.again(Failures.ledgerSilent(d));
      return;
    }
    Ownership found = said.get();
    if (said.equals(d.wanted())) {
      returned(d.wroteWanted());
    } else if (found.equals(d.current)) {
      d.againWith(Step.RETURN, Failures.notWritten(d));
    } else if (isReturnToSource(d, found)) {
      d.current = found;
      returned(d);
    } else if (d.phase() == Phase.ROLLBACK && isOurGrant(d, found)) {
      // The grant was written after all. No coordinator has asked for the restore: that would have
      // been written down first, and this record then would not stand in ROLLBACK.
      d.current = found;
      d.neverRestored = true;
      reclaim(d, Failures.notWritten(d));
    } else {
      d.stopFor(Failures.contradiction(d, found));
    }
  }

  static boolean isReturnToSource(Draft d, Ownership found) {
    return found.owner().equals(d.source())
        && found.stage() == Stage.HELD
        && d.current.epoch().isOlderThan(found.epoch());
  }

  private static boolean isOurGrant(Draft d, Ownership found) {
    return found.owner().equals(d.target())
        && found.stage() == Stage.GRANTED
        && found.migration().equals(Optional.of(d.from.migration().id()));
  }
}
