package io.nereid.nymph.move;

import io.nereid.config.MoveConfig;
import io.nereid.config.TransferConfig;
import io.nereid.linux.Niceness;
import io.nereid.nymph.memory.MemorySnapshot;

/**
 * How much goes into sending memory ahead.
 *
 * @param roundsMax the most rounds
 * @param threads that read
 * @param nice by how much those step back
 */
public record AheadEffort(int roundsMax, int threads, int nice) {
  /** As configured. */
  public static AheadEffort of(MoveConfig move, TransferConfig transfer) {
    return new AheadEffort(move.roundsMax(), move.threads(), transfer.nice());
  }

  /** With how many threads memory is read, and how considerate they are. */
  public MemorySnapshot.Effort reading() {
    return new MemorySnapshot.Effort(threads, Niceness.threads("memory-ahead-", nice));
  }
}
