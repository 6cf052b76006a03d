package io.nereid.protocol.message;

import io.nereid.domain.snapshot.PolicyWish;
import java.util.Optional;

/** What can be done to a container by name. */
public sealed interface ContainerAction {
  /** Starts one that was made or has stopped. */
  record Start() implements ContainerAction {}

  /**
   * Sends a signal, then SIGKILL after the grace.
   *
   * @param signal name without SIG, for example TERM
   */
  record Stop(String signal, long graceMs) implements ContainerAction {}

  /** Sends one signal. */
  record Kill(String signal) implements ContainerAction {}

  /** Freezes it through its cgroup. */
  record Pause() implements ContainerAction {}

  /** Thaws what {@link Pause} froze. */
  record Unpause() implements ContainerAction {}

  /**
   * Deletes it and its writable layer.
   *
   * @param force kill it first when it runs
   * @param volumes whether its writable volumes are deleted, too; otherwise they stay
   */
  record Remove(boolean force, boolean volumes) implements ContainerAction {
    /** Its volumes stay. */
    public Remove(boolean force) {
      this(force, false);
    }
  }

  /**
   * Changes how it is protected by snapshots.
   *
   * @param wish absent: not at all any more
   */
  record Protect(Optional<PolicyWish> wish) implements ContainerAction {}
}
