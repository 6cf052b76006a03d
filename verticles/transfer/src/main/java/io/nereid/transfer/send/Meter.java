package io.nereid.transfer.send;

import io.nereid.domain.migration.Progress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Counts and tells, about five times a second. Bytes done count each chunk once over all attempts,
 * bytes sent count everything that was written.
 */
final class Meter {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final double RECENT = 0.3;

  private final Consumer<Progress> listener;
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private volatile long total;
  private long toldAt = System.nanoTime();
  private long toldDone;
  private double bytesPerSecond;

  Meter(Consumer<Progress> listener) {
    this.listener = listener;
  }

  void total(long bytes) {
    total = bytes;
  }

  long total() {
    return total;
  }

  void sent(long bytes) {
    sent.addAndGet(bytes);
  }

  long sentBytes() {
    return sent.get();
  }

  void done(long bytes) {
    done.addAndGet(bytes);
    tellSometimes();
  }

  /** A new attempt offers everything again. */
  void restart() {
    done.set(0);
    synchronized (this) {
      toldDone = 0;
    }
  }

  void tellSometimes() {
    Progress progress;
    synchronized (this) {
      long now = System.nanoTime();
      if (now - toldAt < INTERVAL_NANOS) {
        return;
      }
      long d = done.get();
      double rate = (d - toldDone) * 1e9 / (now - toldAt);
      bytesPerSecond = bytesPerSecond == 0 ? rate : bytesPerSecond * (1 - RECENT) + rate * RECENT;
      toldAt = now;
      toldDone = d;
      progress = snapshot();
    }
    listener.accept(progress);
  }

  void tellNow() {
    Progress progress;
    synchronized (this) {
      progress = snapshot();
    }
    listener.accept(progress);
  }

  private Progress snapshot() {
    long d = Math.min(done.get(), total);
    long rate = (long) bytesPerSecond;
    long remaining = d >= total ? 0 : rate <= 0 ? -1 : (total - d) * 1000 / rate;
    return new Progress(total, d, sent.get(), rate, remaining);
  }
}
