package io.nereid.nymph;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.node.NodeReport;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the leader, every second and soon after a change, what is here. One virtual thread; a
 * report that cannot be delivered is left out, because the next one says it all again.
 */
final class Reporter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Reporter.class);
  private static final Duration EVERY = Duration.ofSeconds(1);

  /** Changes come in groups; a report for each would be one for nothing. */
  private static final Duration GATHER = Duration.ofMillis(20);

  private final Supplier<NodeReport> look;
  private final Consumer<NodeReport> deliver;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wake = lock.newCondition();
  private boolean changed;
  private boolean closed;
  private boolean troubled;

  /**
   * Prepares.
   *
   * @param look makes a report; may block
   * @param deliver sends it and waits for the answer
   */
  Reporter(Supplier<NodeReport> look, Consumer<NodeReport> deliver) {
    this.look = look;
    this.deliver = deliver;
  }

  void start() {
    Thread.ofVirtual().name("nymph-reporter").start(this::loop);
  }

  /** Something has changed that others want to know. */
  void changed() {
    lock.lock();
    try {
      changed = true;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void loop() {
    while (await()) {
      try {
        deliver.accept(look.get());
        if (troubled) {
          troubled = false;
          LOG.info("reports arrive again");
        }
      } catch (RuntimeException e) {
        missed(e);
      }
    }
  }

  // Once, and not every second.
  private void missed(RuntimeException thrown) {
    FailureCode code = FailureException.failureOf(thrown).code();
    boolean expected = code == FailureCode.NO_LEADER || troubled;
    if (expected) {
      LOG.debug("a report was not delivered: {}", thrown.getMessage());
    } else {
      troubled = true;
      LOG.warn("a report was not delivered", thrown);
    }
  }

  /** Waits for the next report's time; false at the end. */
  private boolean await() {
    lock.lock();
    try {
      long left = EVERY.toNanos();
      while (!changed && !closed && left > 0) {
        left = wake.awaitNanos(left);
      }
      left = changed ? GATHER.toNanos() : 0;
      while (!closed && left > 0) {
        left = wake.awaitNanos(left);
      }
      changed = false;
      return !closed;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      wake.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
