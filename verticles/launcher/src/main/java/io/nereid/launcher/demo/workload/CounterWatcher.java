package io.nereid.launcher.demo.workload;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the counter's log as it grows and checks that each line is one more than the one before.
 * Silences are taken from the times that the log itself has, so reading late does no harm.
 */
public final class CounterWatcher implements Watcher {
  private static final Logger LOG = LoggerFactory.getLogger(CounterWatcher.class);
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long JOIN_MS_MAX = 10_000;
  private final ClientLedger ledger = new ClientLedger(ClientLedger.Kind.LINES);
  private final LogFeed feed;
  private final Thread thread;
  private volatile boolean closed;
  private long cursor;

  /** Where the lines come from: all after a position, until the reader has had enough. */
  @FunctionalInterface
  public interface LogFeed {
    /** Returns when the log has ended or the reader says false; throws when the feed breaks. */
    void read(long cursor, Reader reader);
  }

  /** Takes what a feed delivers. */
  public interface Reader {
    /** A line of output, with the time at which the container wrote it; false: no more. */
    boolean line(String time, String text);

    /** The position after the lines so far; false: no more. */
    boolean position(long cursor);
  }

  public CounterWatcher(LogFeed feed) {
    this.feed = feed;
    this.thread = Thread.ofPlatform().name("counter-client").daemon().start(this::run);
  }

  private void run() {
    while (!closed) {
      try {
        feed.read(cursor, new Checking());
        if (!closed) {
          LOG.error("the counter's log has ended");
          ledger.unanswered(1);
        }
        return;
      } catch (RuntimeException e) {
        if (!closed) {
          LOG.warn("the counter's log broke off and is read on: {}", e.getMessage());
          ledger.reconnected();
          LockSupport.parkNanos(AGAIN_NANOS);
        }
      }
    }
  }

  private final class Checking implements Reader {
    @Override
    public boolean line(String time, String text) {
      try {
        Instant at = Instant.parse(time);
        ledger.counted(Long.parseLong(text.strip()), nanos(at));
      } catch (NumberFormatException | DateTimeParseException e) {
        LOG.error("not a line of the counter: {} {}", time, text);
        ledger.unanswered(1);
      }
      return !closed;
    }

    @Override
    public boolean position(long position) {
      cursor = position;
      return !closed;
    }
  }

  private static long nanos(Instant at) {
    return TimeUnit.SECONDS.toNanos(at.getEpochSecond()) + at.getNano();
  }

  @Override
  public void mark() {
    ledger.mark();
  }

  @Override
  public ClientStats stats() {
    return ledger.stats(nanos(Instant.now()));
  }

  @Override
  public long count() {
    return ledger.lastValue();
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(JOIN_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
