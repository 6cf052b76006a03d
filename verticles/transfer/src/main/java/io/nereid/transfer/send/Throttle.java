package io.nereid.transfer.send;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Limits a rate: a token bucket that holds a quarter of a second. Several threads may share it;
 * each waits its own time.
 */
public final class Throttle {
  private static final long WAIT_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

  private final double bytesPerNano;
  private final long burst;
  private double tokens;
  private long last;

  /** Zero is no limit. */
  public Throttle(long bytesPerSecond) {
    this.bytesPerNano = bytesPerSecond / 1e9;
    this.burst = Math.max(64 * 1024, bytesPerSecond / 4);
    this.tokens = burst;
    this.last = System.nanoTime();
  }

  /** Looks around during a wait. */
  @FunctionalInterface
  interface Check {
    /** Throws when there is no reason to wait any more. */
    void run() throws IOException;
  }

  /** Takes bytes, waiting for them if necessary, whatever happens meanwhile. */
  public void take(int bytes) throws IOException {
    take(bytes, () -> {});
  }

  /** Takes bytes, waiting for them if necessary. A debt is paid by whoever comes next. */
  void take(int bytes, Check check) throws IOException {
    if (bytesPerNano == 0) {
      return;
    }
    for (long wait; (wait = tryTake(bytes)) > 0; ) {
      check.run();
      LockSupport.parkNanos(Math.min(wait, WAIT_NANOS_MAX));
    }
  }

  private synchronized long tryTake(int bytes) {
    long now = System.nanoTime();
    tokens = Math.min(burst, tokens + (now - last) * bytesPerNano);
    last = now;
    if (tokens > 0) {
      tokens -= bytes;
      return 0;
    }
    return (long) (-tokens / bytesPerNano) + 1;
  }
}
