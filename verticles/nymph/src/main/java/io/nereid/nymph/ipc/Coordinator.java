package io.nereid.nymph.ipc;

import io.nereid.protocol.address.Address;

/** The leading coordinator. */
@FunctionalInterface
public interface Coordinator {
  /**
   * Asks it and waits for the answer.
   *
   * @throws io.nereid.domain.failure.FailureException what it says, or that there is none
   */
  <Q, R> R ask(Address<Q, R> address, Q question);
}
