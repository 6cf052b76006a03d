package io.nereid.transfer.send;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Future;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * What every wait of an attempt looks at: cancelled, failed elsewhere, or the receiver silent for
 * too long. The first failure wins.
 */
final class Watch {
  private static final long LOOK_MS = 100;

  private final BooleanSupplier cancelled;
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile long heardNanos = System.nanoTime();
  private volatile long progressedNanos = System.nanoTime();

  Watch(BooleanSupplier cancelled) {
    this.cancelled = cancelled;
  }

  /** The receiver gave a sign of life. */
  void heard() {
    heardNanos = System.nanoTime();
  }

  /** Something was got done, here or there. */
  void progressed() {
    progressedNanos = System.nanoTime();
  }

  /** Something went wrong on another thread. */
  void fail(Throwable thrown) {
    failure.compareAndSet(null, thrown);
  }

  boolean failed() {
    return failure.get() != null;
  }

  /** Throws what went wrong, if anything. */
  void check() throws IOException {
    if (cancelled.getAsBoolean()) {
      throw new FailureException(
          Failure.of(FailureCode.CANCELLED, "the transfer was cancelled", ""));
    }
    Throwable thrown = failure.get();
    if (thrown instanceof FailureException f) {
      throw new FailureException(f.failure(), f);
    }
    if (thrown instanceof LinkException l) {
      throw new LinkException(l.getMessage(), l);
    }
    if (thrown != null) {
      throw new IOException(thrown.getMessage(), thrown);
    }
    long stalledMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - progressedNanos);
    if (stalledMs > Protocol.STALL_MS) {
      throw new FailureException(
          Failure.of(
              FailureCode.TIMEOUT,
              "the receiving host lives but has got nothing done for " + stalledMs + " ms",
              "look at its log and its disks"));
    }
    long silentMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardNanos);
    if (silentMs > Protocol.SILENCE_MS) {
      throw new LinkException("the receiver has been silent for " + silentMs + " ms", null);
    }
  }

  /** Takes permits, looking around meanwhile. */
  void acquire(Semaphore semaphore, int permits) throws IOException {
    try {
      do {
        check();
      } while (!semaphore.tryAcquire(permits, LOOK_MS, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** Waits for a reply of the receiver, looking around meanwhile. */
  <T> T await(Future<T> future, String what) throws IOException {
    var pending = future.toCompletionStage().toCompletableFuture();
    while (true) {
      check();
      try {
        T value = pending.get(LOOK_MS, TimeUnit.MILLISECONDS);
        heard();
        return value;
      } catch (TimeoutException e) {
        // Look around and wait on.
      } catch (InterruptedException e) {
        throw interrupted(e);
      } catch (ExecutionException e) {
        check();
        if (e.getCause() instanceof FailureException f) {
          throw f;
        }
        throw new LinkException(what + ": " + reason(e.getCause()), e.getCause());
      }
    }
  }

  /** Waits for work of our own, looking around meanwhile. */
  <T> T get(java.util.concurrent.Future<T> future) throws IOException {
    while (true) {
      check();
      try {
        return future.get(LOOK_MS, TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // Look around and wait on.
      } catch (InterruptedException e) {
        throw interrupted(e);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof IOException io) {
          throw io;
        }
        if (e.getCause() instanceof RuntimeException r) {
          throw r;
        }
        throw new IOException(e.getCause());
      }
    }
  }

  static String reason(Throwable thrown) {
    return thrown.getMessage() == null ? thrown.getClass().getSimpleName() : thrown.getMessage();
  }

  private static FailureException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new FailureException(
        Failure.of(FailureCode.CANCELLED, "the transfer was interrupted", ""), e);
  }
}
