package io.nereid.domain.migration;

/** What is done while the container still runs. */
public enum Mode {
  /** Chosen by Nereid; so far that is always {@link #PRE_COPY}. */
  AUTO,
  /** Nothing of the memory goes ahead: all of it is dumped and sent while it is frozen. */
  COLD,
  /** Memory goes ahead in rounds until what is left fits the downtime. */
  PRE_COPY,
  /**
   * Memory goes ahead once; what has changed since is found and brought after the container runs at
   * the target. docs/post-copy.md says what that can and cannot recover.
   */
  POST_COPY
}
