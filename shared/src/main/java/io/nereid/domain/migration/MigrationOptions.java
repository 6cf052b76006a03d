package io.nereid.domain.migration;

/**
 * How to move.
 *
 * @param ahead send a snapshot of the running container first, so that less is left when frozen
 * @param bandwidthBytesPerSecond limit of the streams; 0 is none
 * @param force move although preflight finds it risky
 */
public record MigrationOptions(boolean ahead, long bandwidthBytesPerSecond, boolean force) {
  /** A snapshot ahead, no limit. */
  public static final MigrationOptions DEFAULT = new MigrationOptions(true, 0, false);

  public MigrationOptions {
    if (bandwidthBytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "bandwidth " + bandwidthBytesPerSecond + " must not be negative");
    }
  }
}
