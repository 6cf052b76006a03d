package io.nereid.nymph.runtime;

/**
 * A container as the runtime sees it.
 *
 * @param pid of its first process; 0 when it has none
 */
public record RuntimeState(String id, Status status, int pid, String bundle) {
  /** The runtime's own words, see the OCI runtime specification. */
  public enum Status {
    CREATING,
    CREATED,
    RUNNING,
    PAUSED,
    STOPPED
  }
}
