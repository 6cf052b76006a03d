package io.nereid.domain.migration;

/**
 * How far a step is.
 *
 * @param bytesTotal what the step is about, before anything is saved
 * @param bytesDone how much of that is settled, sent or found to be there
 * @param bytesSent what really went over the wire
 * @param bytesPerSecond settled bytes, recent rate
 * @param remainingMs estimate; -1 when unknown
 */
public record Progress(
    long bytesTotal, long bytesDone, long bytesSent, long bytesPerSecond, long remainingMs) {
  /** Nothing known yet. */
  public static final Progress NONE = new Progress(0, 0, 0, 0, -1);
}
