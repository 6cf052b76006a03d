package io.nereid.domain.preflight;

/**
 * How fast moves are.
 *
 * @param bytesPerSecond of what the target needs: sent to it, or found to be there
 * @param pauseFactor by how much pauses were longer (above 1) or shorter than the usual ones
 * @param sentShare the part of the bytes that really had to be sent, from 0 to 1
 * @param moves how many moves that was measured in; 0: nothing is known
 */
public record Rates(long bytesPerSecond, double pauseFactor, double sentShare, int moves) {
  /** 200 MiB/s, usual pauses, everything is sent: for a cluster in which nothing has moved yet. */
  public static final Rates USUAL = new Rates(200L << 20, 1, 1, 0);

  public Rates {
    if (bytesPerSecond <= 0 || !(pauseFactor > 0) || !(sentShare >= 0)) {
      throw new IllegalArgumentException(
          "rates " + bytesPerSecond + ", " + pauseFactor + ", " + sentShare + " make no sense");
    }
  }
}
