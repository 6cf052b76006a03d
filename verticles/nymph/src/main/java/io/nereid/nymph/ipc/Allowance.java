package io.nereid.nymph.ipc;

/**
 * How often something may happen: so many at once, and over time so many. Thread-confined. Times
 * are nanoseconds of one clock.
 */
final class Allowance {
  /** Of sums that would be 1 if they were exact. */
  private static final double INEXACT = 1e-6;

  private final double atOnce;
  private final double perNano;
  private double left;
  private long at;

  Allowance(int atOnce, double perSecond, long now) {
    this.atOnce = atOnce;
    this.perNano = perSecond / 1e9;
    this.left = atOnce;
    this.at = now;
  }

  /** Whether it may happen now; if so, it counts. */
  boolean take(long now) {
    refill(now);
    if (left < 1 - INEXACT) {
      return false;
    }
    left = Math.max(0, left - 1);
    return true;
  }

  /** How long until {@link #take} will be granted; 0: at once. */
  long nanosUntilNext(long now) {
    refill(now);
    return left >= 1 - INEXACT ? 0 : (long) Math.ceil((1 - left) / perNano);
  }

  private void refill(long now) {
    left = Math.min(atOnce, left + Math.max(0, now - at) * perNano);
    at = now;
  }
}
