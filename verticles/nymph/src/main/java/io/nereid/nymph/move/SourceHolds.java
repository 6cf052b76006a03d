package io.nereid.nymph.move;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.protocol.message.StepMessages.StepRequest;
import java.util.Optional;

/** Which container leaves by which migration: written down, and required before each step. */
final class SourceHolds {
  private final MoveParts parts;

  SourceHolds(MoveParts parts) {
    this.parts = parts;
  }

  ContainerRecord hold(StepRequest request, NodeId target) {
    ContainerId id = request.container();
    ContainerRecord record = parts.core().store().get(id);
    if (record.hold().isPresent()) {
      requireHeld(record, request.migration());
      return record;
    }
    MigrationHold hold = new MigrationHold(request.migration(), MigrationHold.Role.SOURCE, target);
    return parts.core().store().update(id, r -> r.withHold(Optional.of(hold)));
  }

  boolean isHeld(ContainerRecord record, MigrationId migration) {
    return record
        .hold()
        .filter(h -> h.role() == MigrationHold.Role.SOURCE)
        .filter(h -> h.migration().equals(migration))
        .isPresent();
  }

  void requireHeld(ContainerRecord record, MigrationId migration) {
    if (!isHeld(record, migration)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "container " + record.name() + " does not leave by migration " + migration,
              "look at 'nereid migrations'"));
    }
  }

  void requireState(ContainerRecord record, ContainerState wanted, String verb) {
    ContainerState state = parts.core().view().state(record);
    if (state != wanted) {
      throw new FailureException(
          Failure.refused(
              FailureCode.WRONG_STATE,
              "cannot " + verb + " container " + record.name() + ": it is " + state,
              "look at 'nereid ps -a'"));
    }
  }
}
