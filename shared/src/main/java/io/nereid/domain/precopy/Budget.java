package io.nereid.domain.precopy;

/**
 * What a pause may take.
 *
 * @param maxDowntimeMs the whole pause that is aimed at
 * @param fixedMs what it takes however little has changed, as measured in earlier moves
 */
public record Budget(long maxDowntimeMs, long fixedMs) {
  /** The share of the downtime that memory gets when the rest alone would use it up. */
  static final int SHARE_MIN = 4;

  public Budget {
    if (maxDowntimeMs <= 0 || fixedMs < 0) {
      throw new IllegalArgumentException(
          "a downtime of " + maxDowntimeMs + " ms of which " + fixedMs + " are fixed");
    }
  }

  /**
   * For the memory that has changed: what the fixed part leaves, but a quarter at least. Rounds
   * cannot make the fixed part smaller, so it may not make them useless either.
   */
  public long memoryMs() {
    return Math.max(maxDowntimeMs - fixedMs, Math.max(1, maxDowntimeMs / SHARE_MIN));
  }
}
