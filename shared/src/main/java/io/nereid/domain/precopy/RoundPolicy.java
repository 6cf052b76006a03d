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

  public RoundPolicy {
    if (roundsMax < 1) {
      throw new IllegalArgumentException(roundsMax + " rounds");
    }
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
