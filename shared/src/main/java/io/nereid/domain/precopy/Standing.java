package io.nereid.domain.precopy;

/**
 * What is known when a round is over.
 *
 * @param round its number, from 1 on
 * @param memoryBytes all that could be left
 * @param leftBytes estimate of what has changed since it was sent
 * @param dirtyBytesPerSecond how fast memory changes
 * @param scanMs how long it takes to find and to read what has changed
 * @param roundBytesPerSecond how fast a round sends
 * @param finalBytesPerSecond how fast the rest goes while it is frozen
 * @param aheadBytes written and sent ahead so far
 */
public record Standing(
    int round,
    long memoryBytes,
    long leftBytes,
    long dirtyBytesPerSecond,
    long scanMs,
    long roundBytesPerSecond,
    long finalBytesPerSecond,
    long aheadBytes) {
  public Standing {
    if (round < 1 || roundBytesPerSecond <= 0 || finalBytesPerSecond <= 0) {
      throw new IllegalArgumentException(
          "round %d at %d and %d bytes per second"
              .formatted(round, roundBytesPerSecond, finalBytesPerSecond));
    }
  }

  /** How long the rest takes while it is frozen. */
  public long restMs() {
    return ms(Math.min(leftBytes, memoryBytes), finalBytesPerSecond);
  }

  /** What will be left after one more round; a container cannot change more than it has. */
  public long leftAfterNext() {
    double seconds = scanMs / 1000.0 + leftBytes / (double) roundBytesPerSecond;
    return Math.round(Math.min(memoryBytes, dirtyBytesPerSecond * seconds));
  }

  static long ms(long bytes, long bytesPerSecond) {
    return Math.round(Math.ceil(Math.max(0, bytes) * 1000.0 / bytesPerSecond));
  }
}
