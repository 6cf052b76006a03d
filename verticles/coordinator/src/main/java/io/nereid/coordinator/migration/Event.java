package io.nereid.coordinator.migration;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.protocol.message.StepMessages.StepResult;
import java.time.Instant;
import java.util.Optional;

/** What happens to a migration. Each carries its time: the machine has no clock. */
public sealed interface Event {
  /** When the coordinator learnt of it. */
  Instant at();

  /** A nymph has done a step. */
  record Done(Step step, StepResult result, Instant at) implements Event {}

  /** A step or an access to the ledger failed; the failure says how sure that is. */
  record Failed(Step step, Failure failure, Instant at) implements Event {}

  /**
   * Everything has gone ahead, and it is another one's turn to be frozen.
   *
   * @param why who is in the way
   */
  record Queued(Step step, StepResult.Sent sent, Failure why, Instant at) implements Event {}

  /** A nymph is still doing a step. */
  record Progressed(Step step, Progress progress, Instant at) implements Event {}

  /** The write stands in the ledger. */
  record Swapped(Step step, Instant at) implements Event {}

  /** The write was refused: something else stands in the ledger. */
  record NotSwapped(Step step, Instant at) implements Event {}

  /** What stands in the ledger. */
  record LedgerSays(Optional<Ownership> ownership, Instant at) implements Event {}

  /** A person promises that the target's copy will never run again. */
  record TakeBackRequested(Instant at) implements Event {}

  /** A person wants it to be given up. */
  record CancelRequested(Instant at) implements Event {}

  /** The source or the target has left the cluster: nobody needs to wait for its answer. */
  record NodeLost(NodeId node, Instant at) implements Event {}
}
