package io.nereid.domain.preflight;

import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.precopy.Budget;
import io.nereid.domain.precopy.RoundPolicy;
import io.nereid.domain.precopy.Standing;
import io.nereid.domain.precopy.Verdict;

/**
 * The rounds that a move is expected to need, by the policy that decides about them for real.
 *
 * @param rounds how many, the first included
 * @param restMs of the pause, for what is left then
 * @param moreMs for the rounds after the first
 * @param moreBytes that those send
 * @param converges whether the rest fits
 */
record RoundsAhead(int rounds, long restMs, long moreMs, long moreBytes, boolean converges) {
  /** As configured by default; another host's configuration is not known here. */
  private static final int ROUNDS_MAX = 8;

  /** Reading and comparing, on one processor. */
  private static final long SCAN_BYTES_PER_SECOND = 2L << 30;

  static RoundsAhead expected(
      long memory, long dirty, long firstMs, long fixedMs, MigrationOptions options, Rates rates) {
    RoundPolicy policy =
        RoundPolicy.of(new Budget(options.maxDowntimeMs(), fixedMs), ROUNDS_MAX, memory);
    long limit = options.bandwidthBytesPerSecond();
    long rate = rates.bytesPerSecond();
    long roundRate = limit > 0 ? Math.min(limit, rate) : rate;
    long scanMs = memory * 1_000 / SCAN_BYTES_PER_SECOND;
    long left = Math.min(memory, dirty * firstMs / 1_000);
    long moreMs = 0;
    long moreBytes = 0;
    for (int round = 1; ; round++) {
      Standing standing =
          new Standing(round, memory, left, dirty, scanMs, roundRate, rate, memory + moreBytes);
      Verdict verdict = policy.decide(standing);
      if (!(verdict instanceof Verdict.GoOn)) {
        return new RoundsAhead(
            round, standing.restMs(), moreMs, moreBytes, verdict instanceof Verdict.Freeze);
      }
      moreMs += scanMs + left * 1_000 / roundRate;
      moreBytes += left;
      left = standing.leftAfterNext();
    }
  }
}
