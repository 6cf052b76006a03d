package io.nereid.domain.recovery;

import java.time.Duration;
import java.time.Instant;

/**
 * What a container did that nobody will see again. Both ends are by clocks of different hosts, so
 * it is as exact as these agree.
 *
 * @param from when the snapshot was taken that it goes on from
 * @param until the last sign of life of the host on which it ran
 */
public record LostWindow(Instant from, Instant until) {
  /** Its length in milliseconds; 0 when the snapshot is younger than the last sign of life. */
  public long millis() {
    return Math.max(0, Duration.between(from, until).toMillis());
  }
}
