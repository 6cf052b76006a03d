package io.nereid.launcher.demo.workload;

import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Checks a count that must rise by one each time, and keeps the longest silence. Times are given by
 * the caller in nanoseconds of one monotonic clock. Safe for any thread.
 */
final class ClientLedger {
  /** Whose numbers they are. */
  enum Kind {
    /** Each answer is the result of an increment that this client asked for. */
    INCREMENTS,
    /** Each number is a line that the container wrote by itself. */
    LINES
  }

  private final Kind kind;
  private boolean begun;
  private long lastValue;
  private long lastNanos;
  private long requests;
  private long lost;
  private long duplicated;
  private long reconnects;
  private long longestGapNanos;
  private final Silences silences = new Silences();

  ClientLedger(Kind kind) {
    this.kind = kind;
  }

  /** An answer that is no number of the count. */
  synchronized void answer(long nanos) {
    requests++;
    silenceUntil(nanos);
    if (begun) {
      silences.add(new Silence(nanos, nanos - lastNanos));
    }
    lastNanos = nanos;
  }

  /** The next number of the count. */
  synchronized void counted(long value, long nanos) {
    if (!begun) {
      lastNanos = nanos;
      begun = true;
    } else {
      compare(value, lastValue + 1);
    }
    lastValue = value;
    answer(nanos);
  }

  /**
   * The count as it stands, read again after a connection was lost; {@code unanswered} were sent.
   */
  synchronized void resumed(long value, long unanswered, long nanos) {
    reconnects++;
    lost += unanswered;
    if (begun && value > lastValue + unanswered) {
      duplicated += value - lastValue - unanswered;
    } else if (value < lastValue) {
      lost += lastValue - value;
    }
    lastValue = value;
    answer(nanos);
  }

  /** Requests that will never be answered. */
  synchronized void unanswered(long count) {
    lost += count;
  }

  /** The connection had to be made again; nothing is known to be lost by it. */
  synchronized void reconnected() {
    reconnects++;
  }

  synchronized long lastValue() {
    return lastValue;
  }

  /** Begins a new stretch; a silence that lasts already counts from its beginning. */
  synchronized void mark() {
    requests = 0;
    lost = 0;
    duplicated = 0;
    reconnects = 0;
    longestGapNanos = 0;
    silences.clear();
  }

  /** The stretch since {@link #mark}, with the silence that lasts still. */
  synchronized ClientStats stats(long nanos) {
    silenceUntil(nanos);
    return new ClientStats(
        requests, lost, duplicated, reconnects, TimeUnit.NANOSECONDS.toMillis(longestGapNanos));
  }

  /** The longest silences since {@link #mark} that an answer has ended, the longest first. */
  synchronized List<Silence> silences() {
    return silences.all();
  }

  private void silenceUntil(long nanos) {
    if (begun) {
      longestGapNanos = Math.max(longestGapNanos, nanos - lastNanos);
    }
  }

  private void compare(long value, long expected) {
    if (value > expected) {
      skipped(value - expected);
    } else if (value < expected) {
      repeated(expected - value);
    }
  }

  /** A number that is too high: for a log a line is missing, for redis an increment ran twice. */
  private void skipped(long count) {
    if (kind == Kind.INCREMENTS) {
      duplicated += count;
    } else {
      lost += count;
    }
  }

  private void repeated(long count) {
    if (kind == Kind.INCREMENTS) {
      lost += count;
    } else {
      duplicated += count;
    }
  }
}
