package io.nereid.transfer.receive;

import io.nereid.domain.failure.Failure;

/** A connection of a session. */
@FunctionalInterface
interface SessionListener {
  /** The session has failed or is closed: tell the peer and hang up. Any thread; must not block. */
  void failed(Failure failure);
}
