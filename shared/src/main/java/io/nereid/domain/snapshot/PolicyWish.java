package io.nereid.domain.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.Optional;

/**
 * What a person wants of a {@link SnapshotPolicy}: what is absent stays as it is.
 *
 * @param intervalMs 0: snapshots are taken by hand only
 */
public record PolicyWish(
    Optional<Long> intervalMs,
    Optional<Long> rpoMs,
    Optional<Integer> chainLength,
    Optional<Integer> keepCount,
    Optional<Long> keepMs,
    Optional<Long> keepBytes,
    Optional<Integer> replicas) {
  /** Everything as it is. */
  public static final PolicyWish NOTHING =
      new PolicyWish(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** The shortest interval, in ms. */
  public static final long INTERVAL_MS_MIN = 500;

  /** The longest interval and the longest time to keep something: ten years, in ms. */
  public static final long TIME_MS_MAX = 3_653L * 24 * 3_600 * 1_000;

  /** The longest chain. */
  public static final int CHAIN_MAX = 1_000;

  /** The most snapshots that can be asked to be kept. */
  public static final int KEEP_MAX = 10_000;

  /** The most bytes that can be asked to be kept. */
  public static final long BYTES_MAX = 1L << 50;

  /** The most other hosts. */
  public static final int REPLICAS_MAX = 16;

  /** Throws BAD_REQUEST for what cannot be. */
  public PolicyWish checked() {
    if (intervalMs.filter(ms -> ms > 0).isPresent() && rpoMs.isPresent()) {
      throw refused(
          "both an interval and a recovery point are wanted",
          "with a recovery point (rpo) the interval follows from it: give one of them");
    }
    if (intervalMs.filter(ms -> ms == 0).isEmpty()) {
      within("intervalMs", intervalMs, INTERVAL_MS_MIN, TIME_MS_MAX);
    }
    within("rpoMs", rpoMs, 2 * INTERVAL_MS_MIN, TIME_MS_MAX);
    within("chainLength", chainLength.map(Long::valueOf), 1, CHAIN_MAX);
    within("keepCount", keepCount.map(Long::valueOf), 0, KEEP_MAX);
    within("keepMs", keepMs, 0, TIME_MS_MAX);
    within("keepBytes", keepBytes, 0, BYTES_MAX);
    within("replicas", replicas.map(Long::valueOf), 0, REPLICAS_MAX);
    return this;
  }

  /** The policy that it makes of another one. Throws BAD_REQUEST for what cannot be. */
  public SnapshotPolicy over(SnapshotPolicy base) {
    checked();
    boolean pace = intervalMs.isPresent() || rpoMs.isPresent();
    return new SnapshotPolicy(
        pace ? intervalMs.filter(ms -> ms > 0) : base.intervalMs(),
        pace ? rpoMs : base.rpoMs(),
        chainLength.orElse(base.chainLength()),
        keepCount.orElse(base.keepCount()),
        keepMs.orElse(base.keepMs()),
        keepBytes.orElse(base.keepBytes()),
        replicas.orElse(base.replicas()));
  }

  private static void within(String what, Optional<Long> value, long min, long max) {
    value
        .filter(v -> v < min || v > max)
        .ifPresent(v -> {
          throw refused(what + " is " + v + " but must be from " + min + " to " + max, "");
        });
  }

  private static FailureException refused(String message, String remedy) {
    return new FailureException(Failure.refused(FailureCode.BAD_REQUEST, message, remedy));
  }
}
