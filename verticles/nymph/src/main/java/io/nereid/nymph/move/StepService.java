package io.nereid.nymph.move;

import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.protocol.message.CoordinatorMessages;
import io.nereid.protocol.message.NymphMessages.AnnounceRequest;
import io.nereid.protocol.message.NymphMessages.SourceFactsRequest;
import io.nereid.protocol.message.NymphMessages.TargetFactsRequest;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;

/** Performs the steps of migrations. Methods may block; they are called on virtual threads. */
public interface StepService {
  /** Does a step or attaches to it; returns its state after at most the wait of the request. */
  StepReply step(StepRequest request);

  /** Announces the address of a container that is about to be restored here. */
  CoordinatorMessages.Done announce(AnnounceRequest request);

  /** Facts about a container that runs here; WRONG_STATE when it does not. Changes nothing. */
  ContainerFacts sourceFacts(SourceFactsRequest request);

  /** Facts about this host as a destination. Changes nothing. */
  TargetFacts targetFacts(TargetFactsRequest request);

  /**
   * Called once after the containers have been adopted and before anything is served: takes up what
   * migrations have left here.
   */
  void resume();

  /** Ends background work; steps under way go on to their end. */
  void close();
}
