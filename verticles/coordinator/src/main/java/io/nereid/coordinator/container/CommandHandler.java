package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Reconciler;
import io.nereid.coordinator.directory.Refs;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;

/** Passes commands on to the owner, under its epoch, one at a time per container. Blocks. */
public final class CommandHandler {
  /** A longer grace would outlast the request itself. */
  static final long GRACE_MS_MAX = 45_000;

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final Reconciler reconciler;
  private final Nymphs nymphs;

  public CommandHandler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      Reconciler reconciler,
      Nymphs nymphs) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.reconciler = reconciler;
    this.nymphs = nymphs;
  }

  /** Throws what the nymph says, or NOT_FOUND, BUSY, NODE_LOST. */
  public Location command(CommandRequest request) {
    ContainerAction action = request.action();
    check(action);
    Ownership found = Refs.find(request.ref(), ledger.all());
    String what = action.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
    // Who waits for pages that will never come can still be ended.
    boolean ends = action instanceof ContainerAction.Kill || action instanceof ContainerAction.Stop;
    try (Operations.Running running = operations.begin(found, what, ends)) {
      // Read again: a migration may have ended between finding and beginning.
      Ownership owner = Refs.find(found.id().value(), ledger.all());
      return action instanceof ContainerAction.Remove remove
          ? removed(owner, remove)
          : done(owner, action);
    }
  }

  private Location done(Ownership owner, ContainerAction action) {
    ContainerStatus status = nymphs.command(owner.owner(), owner.id(), owner.epoch(), action);
    directory.accept(owner.owner(), status);
    return directory.show(owner);
  }

  private Location removed(Ownership owner, ContainerAction.Remove remove) {
    Location last = directory.locationOf(owner);
    try {
      nymphs.command(owner.owner(), owner.id(), owner.epoch(), remove);
    } catch (FailureException e) {
      if (e.failure().code() != FailureCode.NOT_FOUND) {
        throw e;
      }
    }
    reconciler.forget(owner.id());
    ledger.remove(owner);
    directory.removed(owner);
    return last;
  }

  private static void check(ContainerAction action) {
    if (action instanceof ContainerAction.Stop stop
        && (stop.graceMs() < 0 || stop.graceMs() > GRACE_MS_MAX)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BAD_REQUEST,
              "a grace of " + stop.graceMs() + " ms: must be 0 to " + GRACE_MS_MAX,
              "use kill to end it at once"));
    }
  }
}
