package io.nereid.nymph.snapshot;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.SnapshotMessages.Identity;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import io.nereid.protocol.message.StepMessages.MoveDescription;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a snapshot up on this host, by the steps of a move whose source is a store: reserve, fetch
 * and verify, restore. What fails leaves nothing. Blocks.
 */
final class BringingUp {
  private static final Logger LOG = LoggerFactory.getLogger(BringingUp.class);
  private final SnapshotParts parts;
  private final Fetching fetching;

  BringingUp(SnapshotParts parts) {
    this.parts = parts;
    this.fetching = new Fetching(parts);
  }

  SnapshotResult restore(
      MigrationId operation,
      SnapshotCommand.Restore restore,
      Fence fence,
      Consumer<Progress> told) {
    Steps steps = new Steps(operation, restore.as(), fence, told);
    MoveDescription move = describe(restore.snapshot(), restore.as());
    try {
      var prepared =
          (StepResult.Prepared) steps.run(new StepCommand.Prepare(move, restore.holder(), true));
      fetching.fetch(
          operation,
          restore.holder(),
          new SnapshotCommand.Send(restore.snapshot().id(), prepared.ticket(), restore.as()),
          told);
      var restored = (StepResult.Restored) steps.run(new StepCommand.Restore());
      return new SnapshotResult.Restored(restored.status());
    } catch (FailureException e) {
      if (e.failure().certainty() == Certainty.UNKNOWN && steps.restoring) {
        throw e;
      }
      throw new FailureException(discarded(steps, e.failure()), e);
    }
  }

  /** Nothing of it runs here and nothing will: whatever was unknown before is known now. */
  private static Failure discarded(Steps steps, Failure why) {
    try {
      steps.run(new StepCommand.Discard());
      return new Failure(
          why.code(), Certainty.RAN_AND_FAILED, why.message(), why.remedy(), why.evidence());
    } catch (FailureException left) {
      LOG.warn("what was made is removed later: {}", left.getMessage());
      return why;
    }
  }

  private static MoveDescription describe(Snapshot s, Identity as) {
    boolean same = s.container().equals(as.id());
    ContainerStatus status =
        new ContainerStatus(
            as.id(),
            as.name(),
            ContainerState.RESTORING,
            s.epoch(),
            Optional.empty(),
            Optional.empty(),
            as.network(),
            s.command(),
            s.taken(),
            Optional.empty(),
            0,
            Optional.empty());
    return new MoveDescription(
        as.id(),
        as.name(),
        status,
        as.network(),
        s.source(),
        s.sizes().memory(),
        s.sizes().files() + s.sizes().log(),
        s.layers(),
        s.terminal(),
        0,
        same ? s.volumes() : s.volumes().stream().map(v -> v.of(as.name())).toList());
  }

  private final class Steps {
    private final MigrationId operation;
    private final Identity as;
    private final Fence fence;
    private final Consumer<Progress> told;
    private boolean restoring;

    Steps(MigrationId operation, Identity as, Fence fence, Consumer<Progress> told) {
      this.operation = operation;
      this.as = as;
      this.fence = fence;
      this.told = told;
    }

    StepResult run(StepCommand command) {
      restoring |= command instanceof StepCommand.Restore;
      while (true) {
        StepReply reply =
            parts
                .steps()
                .step(new StepRequest(operation, as.id(), fence, command, Addresses.LONG_POLL_MS));
        switch (reply) {
          case StepReply.Running running -> told.accept(running.progress());
          case StepReply.Done done -> {
            return done.result();
          }
          case StepReply.Failed failed -> throw new FailureException(failed.failure());
        }
      }
    }
  }

  /** Of commands that are about a container. */
  static Fence fence(SnapshotRequest request) {
    return request
        .fence()
        .orElseThrow(() ->
            new FailureException(
                Failure.refused(
                    FailureCode.BAD_REQUEST,
                    "a " + request.command().verb() + " without an epoch",
                    "both ends must be of the same version")));
  }
}
