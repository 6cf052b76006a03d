package io.nereid.coordinator.driver;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Signals on their way to a driver. */
final class Mailbox {
  private final LinkedBlockingQueue<Signal> queue = new LinkedBlockingQueue<>();
  private final CountDownLatch stopped = new CountDownLatch(1);

  void put(Signal signal) {
    queue.add(signal);
  }

  void stop() {
    stopped.countDown();
    queue.add(new Signal.Stop());
  }

  /** Lets time pass without looking at signals; ends with the stop. */
  void pause(long ms) {
    try {
      if (stopped.await(ms, TimeUnit.MILLISECONDS)) {
        throw new StoppedException("this coordinator leads no more", false);
      }
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  /** The next one, or none within the time. */
  Optional<Signal> take(long ms) {
    try {
      return Optional.ofNullable(queue.poll(ms, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private static StoppedException interrupted() {
    Thread.currentThread().interrupt();
    return new StoppedException("interrupted", false);
  }
}
