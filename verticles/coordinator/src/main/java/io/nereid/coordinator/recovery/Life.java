package io.nereid.coordinator.recovery;

import io.nereid.config.RecoveryConfig;
import java.time.Duration;

/** Whether a host lives, as far as anybody can tell. */
public enum Life {
  /** A member of the cluster that answers. */
  ALIVE,
  /** A member that does not answer in time: it may be busy, and nothing is done about it. */
  SUSPECT,
  /** No member any more, but not for long enough: its daemon may be back in a moment. */
  ABSENT,
  /** No member, and nothing was heard of it for so long that it counts as dead. */
  GONE;

  /**
   * The rule. A ping that is not answered is never enough: a host that is still a member holds its
   * connections. To be no member is not enough either, before the timeout has passed since anything
   * was heard of it: by then its daemon knows that it has to ask before its containers go on.
   *
   * @param member whether the cluster counts it as a member
   * @param silence since a report, an answer to a ping, or its membership was last seen
   */
  static Life of(boolean member, Duration silence, RecoveryConfig times) {
    if (member) {
      return silence.compareTo(times.pingTimeoutSource()) < 0 ? ALIVE : SUSPECT;
    }
    return silence.compareTo(times.pingTimeout()) < 0 ? ABSENT : GONE;
  }
}
