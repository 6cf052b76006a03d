package io.nereid.domain.migration;

/** What is done while the container still runs. */
public enum Mode {
  /** Chosen by Nereid; so far that is always {@link #PRE_COPY}. */
  AUTO,
  /** Nothing of the memory goes ahead: all of it is dumped and sent while it is frozen. */
  COLD,
  /** Memory goes ahead in rounds until what is left fits the downtime. */
  PRE_COPY
}
