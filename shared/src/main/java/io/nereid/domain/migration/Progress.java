package io.nereid.domain.migration;

/**
 * How far a step is.
 *
 * @param bytesTotal what the step is about, before anything is saved
 * @param bytesDone how much of that is settled, sent or found to be there
 * @param bytesSent what really went over the wire
 * @param bytesPerSecond settled bytes, recent rate
 * @param remainingMs estimate; -1 when unknown
 * @param round which round of sending memory ahead; 0 when it is none
 */
public record Progress(
    long bytesTotal,
    long bytesDone,
    long bytesSent,
    long bytesPerSecond,
    long remainingMs,
    int round) {
  /** Nothing known yet. */
  public static final Progress NONE = new Progress(0, 0, 0, 0, -1);

  /** Of something that has no rounds. */
  public Progress(
      long bytesTotal, long bytesDone, long bytesSent, long bytesPerSecond, long remainingMs) {
    this(bytesTotal, bytesDone, bytesSent, bytesPerSecond, remainingMs, 0);
  }

  /** The same within a round. */
  public Progress inRound(int number) {
    return new Progress(bytesTotal, bytesDone, bytesSent, bytesPerSecond, remainingMs, number);
  }
}
