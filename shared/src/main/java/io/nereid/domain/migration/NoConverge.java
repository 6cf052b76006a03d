package io.nereid.domain.migration;

/** What to do with a container that rewrites its memory faster than it can be sent. */
public enum NoConverge {
  /** Freeze it all the same: the pause is longer than was asked for. */
  ACCEPT,
  /** Give it less processor time, in steps, until it fits; then as {@link #ACCEPT}. */
  THROTTLE,
  /** Give the move up before anything is frozen. */
  ABORT,
  /** Freeze it, and bring what has changed after it runs at the target; see {@link Mode}. */
  POST_COPY
}
