package io.nereid.launcher.bench;

import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.LinkCounter;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.workload.ClientStats;
import io.nereid.launcher.demo.workload.RedisRewriter;
import io.nereid.launcher.demo.workload.RedisWatcher;
import io.nereid.launcher.demo.workload.Rewritable;
import io.nereid.launcher.demo.workload.Silence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Fills a fresh container, lets its clients work, moves it once and says what the clients saw.
 *
 * @param netns of the clients
 * @param from the host that it leaves
 */
record Attempt(
    Path netns, Names names, Daemon from, long memoryBytes, long writeRate, Duration after) {
  private static final Duration SERVES_WITHIN = Duration.ofSeconds(20);

  // The longest cold move over a slow link; the kernel's timers may double what the clients see.
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final Duration WORKS = Duration.ofSeconds(2);
  private static final long LOOK_NANOS = Duration.ofMillis(10).toNanos();

  Sample measure(Guest guest, int number) throws IOException {
    try (RedisWatcher watcher = connect(netns, guest.address(), PATIENCE)) {
      // Other values for each container, so that nobody has seen its pages before.
      Rewritable values = new Rewritable(netns, guest.address(), PATIENCE, memoryBytes, number);
      values.fill();
      Sample sample;
      RedisRewriter writer = writeRate == 0 ? null : new RedisRewriter(values, writeRate);
      try (AutoCloseable closing = writer == null ? () -> {} : writer) {
        pass(WORKS);
        sample = moved(guest, watcher);
        if (writer != null && writer.broken().isPresent()) {
          throw new IOException("the writer's connection broke: " + writer.broken().get());
        }
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      return sample.withMoreLost(values.differences());
    }
  }

  private Sample moved(Guest guest, RedisWatcher watcher) throws IOException {
    LinkCounter link = new LinkCounter(names, from);
    watcher.mark();
    long bytes = link.sentBytes();
    long began = System.nanoTime();
    Guest.Moved moved = guest.move();
    long ended = System.nanoTime();
    bytes = link.sentBytes() - bytes;
    long seen = watcher.count();
    pass(after);
    awaitAnswer(watcher, seen);
    List<Silence> silences = watcher.silences();
    Silence pause = silences.isEmpty() ? new Silence(ended, 0) : silences.getFirst();
    ClientStats stats = watcher.stats();
    return new Sample(
        ms(pause.nanos()),
        ms(longest(silences, began, pause.endNanos() - pause.nanos())),
        ms(longest(silences, pause.endNanos() + 1, pause.endNanos() + after.toNanos())),
        moved.frozenMs(),
        moved.phasesMs(),
        ms(ended - began),
        bytes,
        stats.lost(),
        stats.duplicated(),
        stats.reconnects());
  }

  /** The longest silence that ended in a stretch of time. */
  static long longest(List<Silence> silences, long fromNanos, long toNanos) {
    return silences.stream()
        .filter(s -> s.endNanos() - fromNanos >= 0 && s.endNanos() - toNanos <= 0)
        .mapToLong(Silence::nanos)
        .max()
        .orElse(0);
  }

  /** Connects a client as soon as somebody serves. */
  static RedisWatcher connect(Path netns, String address, Duration patience) throws IOException {
    long deadline = System.nanoTime() + SERVES_WITHIN.toNanos();
    while (true) {
      try {
        return new RedisWatcher(netns, address, patience);
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException("redis at " + address + " does not answer: " + e.getMessage(), e);
        }
        LockSupport.parkNanos(LOOK_NANOS);
      }
    }
  }

  private static void pass(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < until) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** A silence that outlasts the move must be seen to its end. */
  /** Waits for one more answer than were seen. */
  static void awaitAnswer(RedisWatcher watcher, long seen) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (watcher.count() == seen) {
      if (System.nanoTime() > deadline) {
        throw new IOException("the client got no answer any more");
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private static long ms(long nanos) {
    return Duration.ofNanos(nanos).toMillis();
  }
}
