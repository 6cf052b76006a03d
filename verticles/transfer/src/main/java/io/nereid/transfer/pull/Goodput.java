package io.nereid.transfer.pull;

/**
 * How fast something arrives while it is waited for: bytes over the time in which there was
 * something to wait for, recent times counting more. Any number of threads.
 */
public final class Goodput {
  private static final double WINDOW_NANOS = 100e6;
  private static final double RECENT = 0.4;
  private long since;
  private long bytes;
  private double rate;

  /** From now on something is waited for. */
  public synchronized void busy() {
    if (since == 0) {
      since = System.nanoTime();
      bytes = 0;
    }
  }

  /**
   * Something has arrived.
   *
   * @param more whether more is waited for
   */
  public synchronized void arrived(long count, boolean more) {
    if (since == 0) {
      return;
    }
    bytes += count;
    long now = System.nanoTime();
    double nanos = Math.max(1, now - since);
    if (nanos >= WINDOW_NANOS || !more) {
      double fresh = bytes * 1e9 / nanos;
      // A short time says little.
      double weight = rate == 0 ? 1 : RECENT * Math.min(1, nanos / WINDOW_NANOS);
      rate = rate * (1 - weight) + fresh * weight;
      since = more ? now : 0;
      bytes = 0;
    }
  }

  /** Bytes a second; 0 when it is not known. */
  public synchronized double bytesPerSecond() {
    double waited = since == 0 ? 0 : System.nanoTime() - since;
    if (waited > WINDOW_NANOS) {
      // It has become slower than it was.
      double now = bytes * 1e9 / waited;
      return rate == 0 ? now : Math.min(rate, (rate + now) / 2);
    }
    return rate;
  }
}
