package io.nereid.domain.migration;

/**
 * How to move.
 *
 * @param maxDowntimeMs the pause that rounds ahead aim at; docs/pre-copy.md defines it
 * @param noConverge what to do when they do not get there
 * @param bandwidthBytesPerSecond limit of what is sent before the freeze; 0 is none
 * @param force move although preflight finds it risky
 * @param cooperative whether other hosts may give the target what they have of it
 */
public record MigrationOptions(
    Mode mode,
    long maxDowntimeMs,
    NoConverge noConverge,
    long bandwidthBytesPerSecond,
    boolean force,
    boolean cooperative) {
  /** The pause that is aimed at when nothing else is said. */
  public static final long MAX_DOWNTIME_MS = 300;

  /** Less cannot be kept by any container. */
  public static final long MAX_DOWNTIME_MS_MIN = 10;

  /** More than a minute is no downtime to aim at. */
  public static final long MAX_DOWNTIME_MS_MAX = 60_000;

  /** Rounds ahead, no limit. */
  public static final MigrationOptions DEFAULT =
      new MigrationOptions(Mode.AUTO, MAX_DOWNTIME_MS, NoConverge.ACCEPT, 0, false);

  /** Others help when they can. */
  public MigrationOptions(
      Mode mode,
      long maxDowntimeMs,
      NoConverge noConverge,
      long bandwidthBytesPerSecond,
      boolean force) {
    this(mode, maxDowntimeMs, noConverge, bandwidthBytesPerSecond, force, true);
  }

  public MigrationOptions {
    if (bandwidthBytesPerSecond < 0) {
      throw new IllegalArgumentException(
          "bandwidth " + bandwidthBytesPerSecond + " must not be negative");
    }
    if (maxDowntimeMs < MAX_DOWNTIME_MS_MIN || maxDowntimeMs > MAX_DOWNTIME_MS_MAX) {
      throw new IllegalArgumentException(
          "a downtime of %d ms must be from %d to %d ms"
              .formatted(maxDowntimeMs, MAX_DOWNTIME_MS_MIN, MAX_DOWNTIME_MS_MAX));
    }
  }

  /** Whether memory goes ahead. */
  public boolean ahead() {
    return mode != Mode.COLD;
  }

  /** Whether pages may come after the container runs at the target. */
  public boolean mayComeLater() {
    return ahead() && (mode == Mode.POST_COPY || noConverge == NoConverge.POST_COPY);
  }

  /** The same with another limit. */
  public MigrationOptions withBandwidth(long bytesPerSecond) {
    return new MigrationOptions(
        mode, maxDowntimeMs, noConverge, bytesPerSecond, force, cooperative);
  }

  /** The same, insisting or not. */
  public MigrationOptions withForce(boolean insist) {
    return new MigrationOptions(
        mode, maxDowntimeMs, noConverge, bandwidthBytesPerSecond, insist, cooperative);
  }

  /** The same, with the help of others or without. */
  public MigrationOptions withCooperation(boolean allowed) {
    return new MigrationOptions(
        mode, maxDowntimeMs, noConverge, bandwidthBytesPerSecond, force, allowed);
  }
}
