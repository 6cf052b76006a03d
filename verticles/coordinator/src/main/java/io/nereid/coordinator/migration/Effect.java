package io.nereid.coordinator.migration;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.message.StepMessages.StepCommand;

/** What the driver has to do, in the order of the list. At most one of them brings an event. */
public sealed interface Effect {
  /** Write the record down, replacing exactly the previous one, before anything that follows. */
  record Save() implements Effect {}

  /** Tell everyone who watches. */
  record Tell() implements Effect {}

  /**
   * Ask a nymph for a step.
   *
   * @param attempt 0 at first; then wait a while before, the longer the higher
   */
  record Ask(Step step, NodeId node, Epoch epoch, StepCommand command, int attempt)
      implements Effect {}

  /** Compare and set in the ledger. */
  record Swap(Step step, Ownership expected, Ownership next, int attempt) implements Effect {}

  /** Read the ledger. */
  record Read(ContainerId container, int attempt) implements Effect {}

  /** Nothing is left to do. */
  record Finish() implements Effect {}
}
