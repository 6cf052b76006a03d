package io.nereid.nymph.container;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** One operation per container at a time. Runs on the caller's (virtual) thread. */
public final class ContainerExecutor {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition freed = lock.newCondition();
  private final Map<ContainerId, String> running = new HashMap<>();

  /**
   * Runs an operation, or throws BUSY saying which other one runs.
   *
   * @param operation what a person reads, for example "stop" or "checkpoint of m-0123456789ab"
   */
  public <T> T run(ContainerId id, String operation, Supplier<T> body) {
    lock.lock();
    try {
      if (running.containsKey(id)) {
        throw busy(id, operation);
      }
      running.put(id, operation);
    } finally {
      lock.unlock();
    }
    return finish(id, body);
  }

  /** Runs an operation when the container is free; BUSY when that takes longer than the limit. */
  public <T> T runWhenFree(ContainerId id, String operation, Duration limit, Supplier<T> body) {
    long left = limit.toNanos();
    lock.lock();
    try {
      while (running.containsKey(id)) {
        if (left <= 0) {
          throw busy(id, operation);
        }
        left = freed.awaitNanos(left);
      }
      running.put(id, operation);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw busy(id, operation);
    } finally {
      lock.unlock();
    }
    return finish(id, body);
  }

  private <T> T finish(ContainerId id, Supplier<T> body) {
    try {
      return body.get();
    } finally {
      lock.lock();
      try {
        running.remove(id);
        freed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  /** The operation that runs. */
  public Optional<String> running(ContainerId id) {
    lock.lock();
    try {
      return Optional.ofNullable(running.get(id));
    } finally {
      lock.unlock();
    }
  }

  private FailureException busy(ContainerId id, String wanted) {
    return new FailureException(
        Failure.refused(
            FailureCode.BUSY,
            "cannot " + wanted + " container " + id + ": '" + running.get(id) + "' is under way",
            "wait until it has ended and try again"));
  }
}
