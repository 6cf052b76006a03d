package io.nereid.coordinator.schedule;

/**
 * What snapshots may cost a container for the sake of its recovery point.
 *
 * @param freezePercent of its time that it may be frozen
 * @param bytesPerSecond of new content; 0 is no limit
 */
public record Budget(int freezePercent, long bytesPerSecond) {
  public Budget {
    if (freezePercent < 1 || freezePercent > 100 || bytesPerSecond < 0) {
      throw new IllegalArgumentException(freezePercent + " %, " + bytesPerSecond + " bytes");
    }
  }
}
