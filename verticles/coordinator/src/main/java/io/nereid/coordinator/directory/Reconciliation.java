package io.nereid.coordinator.directory;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.MigrationHold.Role;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.container.Ownership.Stage;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import java.util.Optional;

/**
 * What to do about one container of a report, when no migration works on it. Pure. A restarted
 * cluster has lost ledger and migrations; hosts remember what they have, in which epoch, and why a
 * copy is frozen. Nothing thaws by a report: it only brings a migration back to life, which asks.
 */
final class Reconciliation {
  private Reconciliation() {}

  /** What to do. */
  sealed interface Action {
    /** The report and the ledger agree, or it is not for this report to decide. */
    record Nothing() implements Action {}

    /** The ledger has lost it. */
    record Register(Ownership ownership) implements Action {}

    /** The ledger has an older epoch than the host: it has lost a write. */
    record Raise(Ownership from, Ownership to) implements Action {}

    /** A migration is to be found out about and ended; its record is lost. */
    record Recover(Ownership current, boolean register, MigrationHold hold) implements Action {}

    /** The host was away while the container was given to another one, which has it. */
    record Destroy(Ownership current) implements Action {}

    /** What a target received for a migration that went back is still there. */
    record Clean(Ownership current, MigrationHold hold) implements Action {}
  }

  /**
   * Decides about one container.
   *
   * @param known what the ledger has
   * @param owners what the owner in the ledger has reported of it, if it is there and has
   * @param peer what the other end of the hold has reported, if it has
   * @param peerReported whether the other end has reported at all
   */
  static Action decide(
      NodeId node,
      ContainerStatus status,
      Optional<Ownership> known,
      Optional<ContainerStatus> owners,
      Optional<ContainerStatus> peer,
      boolean peerReported) {
    Optional<MigrationHold> hold = status.hold();
    if (hold.isPresent() && hold.get().role() == Role.SOURCE) {
      return source(node, status, hold.get(), known, peer);
    }
    if (hold.isPresent() && status.state() != ContainerState.RUNNING) {
      return reservation(node, hold.get(), known, peer, peerReported);
    }
    return plain(node, status, known, owners);
  }

  private static Action source(
      NodeId node,
      ContainerStatus status,
      MigrationHold hold,
      Optional<Ownership> known,
      Optional<ContainerStatus> peer) {
    if (known.isPresent()) {
      return new Action.Recover(known.get(), false, hold);
    }
    boolean mayBeGranted =
        status.state() == ContainerState.FROZEN || status.state() == ContainerState.UNKNOWN;
    if (!mayBeGranted) {
      return new Action.Recover(held(node, status), true, hold);
    }
    // It may have been granted: that is what has to be assumed until the target says otherwise.
    Epoch epoch = status.epoch().next();
    if (peer.isPresent() && epoch.isOlderThan(peer.get().epoch())) {
      epoch = peer.get().epoch();
    }
    Ownership granted =
        new Ownership(
            status.id(),
            status.name(),
            hold.peer(),
            epoch,
            Stage.GRANTED,
            Optional.of(hold.migration()));
    return new Action.Recover(granted, true, hold);
  }

  private static Action reservation(
      NodeId node,
      MigrationHold hold,
      Optional<Ownership> known,
      Optional<ContainerStatus> peer,
      boolean peerReported) {
    boolean elsewhere =
        known.filter(o -> o.stage() == Stage.HELD && !o.owner().equals(node)).isPresent();
    boolean peerStillHolds =
        peer.flatMap(ContainerStatus::hold)
            .filter(h -> h.migration().equals(hold.migration()))
            .isPresent();
    return elsewhere && peerReported && !peerStillHolds
        ? new Action.Clean(known.get(), hold)
        : new Action.Nothing();
  }

  private static Action plain(
      NodeId node,
      ContainerStatus status,
      Optional<Ownership> known,
      Optional<ContainerStatus> owners) {
    if (known.isEmpty()) {
      return new Action.Register(held(node, status));
    }
    Ownership ledger = known.get();
    boolean newer = ledger.epoch().isOlderThan(status.epoch());
    boolean here = ledger.owner().equals(node);
    if (newer && (here || status.state() == ContainerState.RUNNING)) {
      return new Action.Raise(
          ledger,
          new Ownership(
              ledger.id(), ledger.name(), node, status.epoch(), Stage.HELD, Optional.empty()));
    }
    if (!here && status.hold().isEmpty() && isCertainlyThere(ledger, owners)) {
      return new Action.Destroy(ledger);
    }
    return new Action.Nothing();
  }

  /** As long as its owner is not known to have it, a copy of the past is better than none. */
  private static boolean isCertainlyThere(Ownership ledger, Optional<ContainerStatus> owners) {
    return ledger.stage() == Stage.HELD
        && owners
            .filter(s -> s.hold().isEmpty() && !s.epoch().isOlderThan(ledger.epoch()))
            .isPresent();
  }

  private static Ownership held(NodeId node, ContainerStatus status) {
    return new Ownership(
        status.id(), status.name(), node, status.epoch(), Stage.HELD, Optional.empty());
  }
}
