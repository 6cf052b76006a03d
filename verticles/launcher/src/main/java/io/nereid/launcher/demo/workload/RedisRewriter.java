package io.nereid.launcher.demo.workload;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rewrites values all over redis's memory at a steady rate, over a connection of its own from
 * outside. In small portions, between which redis serves others; and what could not be written
 * during a pause is not made up for, so that no burst follows a pause.
 */
public final class RedisRewriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RedisRewriter.class);
  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  // Eight values take redis less than a tenth of a millisecond.
  private static final int PORTION_MAX = 8;
  private static final double ARREARS_S_MAX = 0.05;
  private final Rewritable values;
  private final double valuesPerSecond;
  private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(30);

  private final RespConnection connection;
  private final RandomGenerator random = RandomGenerator.getDefault();
  private final Thread thread;
  private volatile boolean closed;
  private volatile long written;
  private volatile String broken;

  /** Connects and begins. */
  public RedisRewriter(Rewritable values, long bytesPerSecond) throws IOException {
    this.values = values;
    this.valuesPerSecond = (double) bytesPerSecond / Rewritable.VALUE_BYTES;
    this.connection = values.connect();
    this.thread = Thread.ofPlatform().name("redis-writer").daemon().start(this::run);
  }

  private void run() {
    try {
      double due = 0;
      long last = System.nanoTime();
      while (!closed) {
        long now = System.nanoTime();
        due += (now - last) / 1e9 * valuesPerSecond;
        due = Math.min(due, Math.max(1, ARREARS_S_MAX * valuesPerSecond));
        last = now;
        if (due < 1) {
          LockSupport.parkNanos(TICK_NANOS);
        } else {
          int portion = (int) Math.min(due, PORTION_MAX);
          write(portion);
          due -= portion;
        }
      }
    } catch (IOException e) {
      broken = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.error("the writer's connection to redis broke", e);
    }
  }

  private void write(int portion) throws IOException {
    int[] keys = random.ints(portion, 0, values.count()).distinct().toArray();
    for (int key : keys) {
      values.rewrite(connection, key);
    }
    connection.flush();
    for (int key : keys) {
      values.rewritten(connection, key);
      written += Rewritable.VALUE_BYTES;
    }
  }

  /** Bytes whose rewriting was acknowledged. */
  public long writtenBytes() {
    return written;
  }

  /** Why it has ended before it was asked to. */
  public Optional<String> broken() {
    return Optional.ofNullable(broken);
  }

  /**
   * Ends when what it has asked for is answered, or after a limit; the values may be examined then.
   */
  @Override
  public void close() throws IOException {
    closed = true;
    try {
      if (!thread.join(ANSWERED_WITHIN)) {
        broken = "no answer within " + ANSWERED_WITHIN.toSeconds() + " s";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    connection.close();
  }
}
