package io.nereid.coordinator.migration;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.migration.Rounds;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.Rates;
import io.nereid.port.PageTicket;
import io.nereid.port.TransferTicket;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that is written down about a migration; enough for another coordinator to go on.
 *
 * @param version rises with every change
 * @param doing the step under way
 * @param attempts how often {@code doing} has failed in a way that is tried again
 * @param current what stands in the ledger, as far as is known
 * @param wanted the write that is being tried; absent when {@code doing} is none
 * @param facts of the container; only until they are judged
 * @param rates how fast moves were when it was accepted
 * @param owed compensations and releases still to be done, in their order
 * @param cleanupTried the target was asked to clean up and did not: its turn comes again at the end
 * @param neverRestored no restore was ever begun: there is nothing to fear at the target
 * @param pages with which the source can bring pages later
 * @param postCopy pages come after the restore: the frozen copy is needed until they are there
 * @param takenBack the source goes on as of the freeze, whatever has run at the target meanwhile
 * @param absences how often the target has said that nothing runs there; it is asked the more
 *     slowly
 */
public record MigrationRecord(
    long version,
    Migration migration,
    Step doing,
    int attempts,
    Ownership current,
    Optional<Ownership> wanted,
    Optional<MoveDescription> move,
    Optional<TransferTicket> ticket,
    Optional<ContainerFacts> facts,
    Rates rates,
    List<Step> owed,
    boolean cleanupTried,
    boolean neverRestored,
    Optional<PageTicket> pages,
    boolean postCopy,
    boolean takenBack,
    int absences,
    Instant phaseStarted) {
  public MigrationRecord {
    owed = List.copyOf(owed);
  }

  /** A migration that has just been accepted. */
  public static MigrationRecord first(
      MigrationId id,
      Ownership base,
      NodeId target,
      MigrationOptions options,
      Rates rates,
      Instant now) {
    return begin(
        id,
        base,
        base,
        target,
        options,
        rates,
        Phase.PREFLIGHT,
        Step.DESCRIBE,
        List.of(),
        false,
        now);
  }

  /**
   * A migration of which only a frozen copy is known. It starts where nothing is undone before it
   * is known.
   *
   * @param current what the ledger says or, when it was lost, what it may have said
   */
  public static MigrationRecord recovered(
      MigrationId id, Ownership current, NodeId source, NodeId target, Instant now) {
    boolean granted = !current.owner().equals(source);
    boolean committed = granted && current.stage() == Stage.HELD;
    if (committed) {
      // Whether pages still come from the frozen copy is for the target to say.
      return begin(
          id,
          baseAt(source, current),
          current,
          target,
          MigrationOptions.DEFAULT,
          Rates.USUAL,
          Phase.OUTSTANDING,
          Step.AWAIT_PAGES,
          List.of(),
          true,
          now);
    }
    List<Step> owed =
        granted ? List.of() : List.of(Step.ABORT_SEND, Step.RETURN, Step.THAW, Step.DISCARD);
    return begin(
        id,
        baseAt(source, current),
        current,
        target,
        MigrationOptions.DEFAULT,
        Rates.USUAL,
        granted ? Phase.UNDECIDED : Phase.ROLLBACK,
        granted ? Step.QUERY : Step.ABORT_SEND,
        owed,
        true,
        now);
  }

  /** A migration that went back long ago; only what its target received is still there. */
  public static MigrationRecord leftover(
      MigrationId id, Ownership current, NodeId source, NodeId target, Instant now) {
    return begin(
        id,
        baseAt(source, current),
        current,
        target,
        MigrationOptions.DEFAULT,
        Rates.USUAL,
        Phase.ROLLED_BACK,
        Step.DISCARD,
        List.of(Step.DISCARD),
        false,
        now);
  }

  private static Ownership baseAt(NodeId source, Ownership current) {
    return new Ownership(
        current.id(), current.name(), source, current.epoch(), Stage.HELD, Optional.empty());
  }

  private static MigrationRecord begin(
      MigrationId id,
      Ownership base,
      Ownership current,
      NodeId target,
      MigrationOptions options,
      Rates rates,
      Phase phase,
      Step doing,
      List<Step> owed,
      boolean postCopy,
      Instant now) {
    Migration migration =
        new Migration(
            id,
            base.id(),
            base.name(),
            base.owner(),
            target,
            phase,
            base,
            options,
            false,
            now,
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            0,
            0,
            Progress.NONE,
            Rounds.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new MigrationRecord(
        1,
        migration,
        doing,
        0,
        current,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        rates,
        owed,
        false,
        false,
        Optional.empty(),
        postCopy,
        false,
        0,
        now);
  }

  /** The phase. */
  public Phase phase() {
    return migration.phase();
  }

  /** True while something is still to be done, perhaps in the background. */
  public boolean unfinished() {
    return doing != Step.NOTHING;
  }

  /** True while nothing else may be done to the container. */
  public boolean holdsContainer() {
    return !phase().isFinal();
  }

  /**
   * True while a person may promise that the target has ended for good, so that the source goes on.
   * Where no restore was ever begun, no promise is needed.
   */
  public boolean canBeTakenBack() {
    return switch (phase()) {
      case OUTSTANDING, UNDECIDED -> true;
      case RECLAIM -> doing == Step.DISCARD && !neverRestored;
      default -> false;
    };
  }

  /** True while a host still has something of this migration that must go. */
  public boolean stillBusyAt(NodeId node) {
    return unfinished()
        && (holdsContainer()
            || (doing.kind() == Step.Kind.SOURCE && node.equals(migration.source()))
            || (doing.kind() == Step.Kind.TARGET && node.equals(migration.target())));
  }

  /**
   * The ownership to write when the ledger has lost it: the safe one of those that may have stood
   * there. A grant that may have been made counts as made, because then nothing thaws unasked.
   */
  public Ownership impliedOwnership() {
    return switch (doing) {
      case GRANT -> wanted.orElse(current);
      case REREAD -> phase() == Phase.GRANT ? wanted.orElse(current) : current;
      default -> current;
    };
  }

  @Override
  public String toString() {
    return migration.id() + "[" + phase() + "/" + doing + " #" + attempts + " owed " + owed + "]";
  }
}
