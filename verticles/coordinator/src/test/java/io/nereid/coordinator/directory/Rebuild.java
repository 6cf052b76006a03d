package io.nereid.coordinator.directory;

import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.NodeId;
import java.time.Instant;
import java.util.Optional;

/** Lets the simulation take in a report with the same decisions as the reconciler. */
public final class Rebuild {
  private Rebuild() {}

  /** What a report leads to: an entry of the ledger, a migration that is taken up. */
  public record Outcome(Optional<Ownership> ledger, Optional<MigrationRecord> migration) {}

  public static Outcome of(
      NodeId node,
      ContainerStatus status,
      Optional<Ownership> known,
      Optional<ContainerStatus> peer,
      boolean peerReported,
      Instant now) {
    return switch (Reconciliation.decide(
        node, status, known, Optional.empty(), peer, peerReported)) {
      case Reconciliation.Action.Nothing n -> new Outcome(known, Optional.empty());
      case Reconciliation.Action.Register r ->
          new Outcome(Optional.of(r.ownership()), Optional.empty());
      case Reconciliation.Action.Raise r -> new Outcome(Optional.of(r.to()), Optional.empty());
      case Reconciliation.Action.Recover r -> {
        MigrationHold hold = r.hold();
        yield new Outcome(
            Optional.of(r.current()),
            Optional.of(
                MigrationRecord.recovered(hold.migration(), r.current(), node, hold.peer(), now)));
      }
      case Reconciliation.Action.Destroy d -> new Outcome(known, Optional.empty());
      case Reconciliation.Action.Clean c ->
          new Outcome(
              known,
              Optional.of(
                  MigrationRecord.leftover(
                      c.hold().migration(), c.current(), c.hold().peer(), node, now)));
    };
  }
}
