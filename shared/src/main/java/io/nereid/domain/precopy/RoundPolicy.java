package io.nereid.domain.precopy;

/**
 * Decides after each round: freeze, go on, or say that it does not converge. Pure. Always ends:
 * there are at most {@code roundsMax} rounds and {@code bytesMax} bytes.
 *
 * @param roundsMax the most rounds
 * @param bytesMax the most bytes that may be written and sent ahead in all of them
 */
public record RoundPolicy(Budget budget, int roundsMax, long bytesMax) {
  /** A round that leaves more than this share of what is left now is not worth its bytes. */
  static final double WORTH = 0.85;

  /** So many times its memory may go ahead, */
  private static final int AHEAD_FACTOR = 4;

  /** and in any case so much: small memory is sent again in no time. */
  private static final long AHEAD_BYTES_MIN = 256L << 20;

  public RoundPolicy {
    if (roundsMax < 1) {
      throw new IllegalArgumentException(roundsMax + " rounds");
    }
  }

  /** For a container with so much memory. */
  public static RoundPolicy of(Budget budget, int roundsMax, long memoryBytes) {
    return new RoundPolicy(
        budget, roundsMax, Math.max(AHEAD_BYTES_MIN, AHEAD_FACTOR * memoryBytes));
  }

  /** Whether what could be left at most fits anyway, so that nothing needs to be measured. */
  public boolean fitsWhole(long memoryBytes, long finalBytesPerSecond) {
    return Standing.ms(memoryBytes, finalBytesPerSecond) <= budget.memoryMs();
  }

  /** What to do next. */
  public Verdict decide(Standing now) {
    long rest = now.restMs();
    if (rest <= budget.memoryMs()) {
      return new Verdict.Freeze(rest);
    }
    if (now.round() >= roundsMax) {
      return new Verdict.NotConverging(
          rest, sentence(now, "after the " + roundsMax + " rounds that are allowed"), true);
    }
    if (now.aheadBytes() + now.leftBytes() > bytesMax) {
      return new Verdict.NotConverging(
          rest, sentence(now, "and as much was sent as is allowed to go ahead"), true);
    }
    if (now.leftAfterNext() > now.leftBytes() * WORTH) {
      return new Verdict.NotConverging(
          rest, sentence(now, "and it changes as fast as it can be sent"), false);
    }
    return new Verdict.GoOn();
  }

  private String sentence(Standing now, String why) {
    return "%.1f MiB of %.1f MiB of memory are left to send, %.1f MiB/s are rewritten, and only %d ms of the pause are for them (they need %d ms), %s"
        .formatted(
            mib(now.leftBytes()),
            mib(now.memoryBytes()),
            mib(now.dirtyBytesPerSecond()),
            budget.memoryMs(),
            now.restMs(),
            why);
  }

  private static double mib(long bytes) {
    return bytes / (double) (1 << 20);
  }
}
