package io.nereid.coordinator.migration;

import io.nereid.domain.migration.Phase;

/** An event that cannot happen where a migration is; nothing was changed. */
public final class IllegalEventException extends IllegalStateException {
  private static final long serialVersionUID = 1L;
  private final Phase phase;
  private final Step doing;

  IllegalEventException(Phase phase, Step doing, Event event) {
    super("in phase " + phase + " doing " + doing + ", this cannot happen: " + event);
    this.phase = phase;
    this.doing = doing;
  }

  /** The phase at that time. */
  public Phase phase() {
    return phase;
  }

  /** The step at that time. */
  public Step doing() {
    return doing;
  }
}
