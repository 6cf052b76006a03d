package io.nereid.coordinator.schedule;

import io.nereid.domain.snapshot.PolicyWish;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.util.Locale;
import java.util.Optional;

/**
 * How often snapshots of a container are taken. Pure.
 *
 * @param intervalMs from one to the next
 * @param shortfall why that is less often than was asked for
 */
record Pace(long intervalMs, Optional<String> shortfall) {
  /** How fast a copy is assumed to reach another host when nothing limits it, in bytes per ms. */
  private static final long COPY_BYTES_PER_MS = 50_000;

  private static final int PERCENT = 100;
  private static final long SECOND_MS = 1_000;

  /** Of a policy that is periodic. */
  static Pace of(SnapshotPolicy policy, Cost cost, Budget budget) {
    return policy
        .intervalMs()
        .map(interval -> new Pace(interval, Optional.empty()))
        .orElseGet(() -> forRecoveryPoint(policy, cost, budget));
  }

  /**
   * The newest one elsewhere is at its oldest just before the next has arrived there: an interval
   * for each of the chain, and what it takes to store and to copy the last.
   */
  private static Pace forRecoveryPoint(SnapshotPolicy policy, Cost cost, Budget budget) {
    long rpo = policy.rpoMs().orElseThrow();
    int chain = policy.chainLength();
    long copyMs =
        budget.bytesPerSecond() > 0
            ? cost.uniqueBytes() * SECOND_MS / budget.bytesPerSecond()
            : cost.uniqueBytes() / COPY_BYTES_PER_MS;
    long laterMs = cost.tookMs() + copyMs;
    long wanted = Math.max(0, rpo - laterMs) / chain;
    long freeze = cost.freezeMs() * PERCENT / budget.freezePercent();
    long bandwidth =
        budget.bytesPerSecond() > 0 ? cost.uniqueBytes() * SECOND_MS / budget.bytesPerSecond() : 0;
    long floor = Math.max(PolicyWish.INTERVAL_MS_MIN, cost.tookMs());
    long interval = Math.max(Math.max(wanted, floor), Math.max(freeze, bandwidth));
    long reached = interval * chain + laterMs;
    return new Pace(
        interval,
        reached <= rpo
            ? Optional.empty()
            : Optional.of(why(rpo, reached, cost, freeze, bandwidth)));
  }

  private static String why(long rpo, long reached, Cost cost, long freeze, long bandwidth) {
    String reason =
        freeze >= bandwidth && freeze > cost.tookMs()
            ? "each snapshot freezes it for " + cost.freezeMs() + " ms"
            : bandwidth > cost.tookMs()
                ? "each snapshot has " + cost.uniqueBytes() + " new bytes"
                : "each snapshot takes " + cost.tookMs() + " ms";
    return String.format(
        Locale.ROOT,
        "at most %.1f s should be lost, but it may be %.1f s: %s",
        rpo / (double) SECOND_MS,
        reached / (double) SECOND_MS,
        reason);
  }
}
