package io.nereid.domain.container;

/** What a container does on its host. */
public enum ContainerState {
  /** Made, never started. */
  CREATED,
  RUNNING,
  /** Frozen at a person's wish. */
  PAUSED,
  /** Frozen because it moves; runs on only under a new grant. */
  FROZEN,
  /** Being brought up from a checkpoint; may run at any moment. */
  RESTORING,
  STOPPED,
  /** The runtime gives no answer. */
  UNKNOWN
}
