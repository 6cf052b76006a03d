package io.nereid.coordinator.driver;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.message.StepMessages.StepReply;
import java.util.concurrent.CompletableFuture;

/** What reaches a driver from outside while it waits. */
sealed interface Signal {
  /** An answer to the request of that number. */
  record Answered(long number, StepReply reply) implements Signal {}

  /** The request of that number failed. */
  record Unanswered(long number, Failure failure) implements Signal {}

  /** A person wants it to end; completed when that is written down, or with the reason why not. */
  record Cancel(CompletableFuture<Void> accepted) implements Signal {}

  /** A person promises that the target is gone for good; completed as {@link Cancel} is. */
  record TakeBack(CompletableFuture<Void> accepted) implements Signal {}

  /** A host has left the cluster. */
  record Lost(NodeId node) implements Signal {}

  /** A host has come. */
  record Back(NodeId node) implements Signal {}

  /** It may be its turn now. */
  record Turn() implements Signal {}

  /** This coordinator does not lead any more. */
  record Stop() implements Signal {}
}
