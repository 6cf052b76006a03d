package io.nereid.coordinator.recovery;

import io.nereid.config.RecoveryConfig;
import io.nereid.coordinator.membership.Membership;
import io.nereid.domain.id.NodeId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * When something was last heard of each host, in this leadership. A host of which nothing was heard
 * yet counts from the beginning of the leadership: a new leader does not know what the last one
 * heard. Thread-safe; measures by the monotonic clock, tells by the other.
 */
public final class Signs {
  private final Membership membership;
  private final RecoveryConfig times;
  private final Clock clock;
  private final LongSupplier nanos;
  private final long begun;
  private final Instant begunAt;
  private final Map<NodeId, Sign> answers = new ConcurrentHashMap<>();
  private final Map<NodeId, Sign> memberships = new ConcurrentHashMap<>();

  private record Sign(long nanos, Instant at) {}

  public Signs(Membership membership, RecoveryConfig times, Clock clock) {
    this(membership, times, clock, System::nanoTime);
  }

  Signs(Membership membership, RecoveryConfig times, Clock clock, LongSupplier nanos) {
    this.membership = membership;
    this.times = times;
    this.clock = clock;
    this.nanos = nanos;
    this.begun = nanos.getAsLong();
    this.begunAt = clock.instant();
  }

  /** It has answered, or reported. */
  public void heard(NodeId node) {
    answers.put(node, now());
  }

  /** Looks who is a member. To be called often: what was not seen is not known. */
  public void look() {
    membership.present().forEach(node -> memberships.put(node, now()));
  }

  private Sign now() {
    return new Sign(nanos.getAsLong(), clock.instant());
  }

  /** Whether it lives. */
  public Life of(NodeId node) {
    boolean member = membership.isPresent(node);
    Sign answer = answers.get(node);
    long last = answer == null ? begun : answer.nanos();
    if (!member) {
      Sign seen = memberships.get(node);
      last = seen == null ? last : Math.max(last, seen.nanos());
    }
    return Life.of(member, Duration.ofNanos(nanos.getAsLong() - last), times);
  }

  /**
   * The last thing that was heard of a host itself: an answer or a report. When there was none in
   * this leadership, its beginning: the host may have lived until then.
   */
  public Instant last(NodeId node) {
    Sign answer = answers.get(node);
    return answer == null ? begunAt : answer.at();
  }
}
