package io.nereid.transfer.snapshot;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Work that others do ahead of the one thread that uses its results, in the order in which it was
 * asked for. When this is closed, nothing of it runs any more.
 */
final class Ahead<T> implements AutoCloseable {
  /** What is done with a result. */
  interface Use<T> {
    void use(T result) throws IOException;
  }

  private final ExecutorService pool;
  private final int most;
  private final Use<T> use;
  private final Deque<Future<T>> running = new ArrayDeque<>();

  /**
   * Prepares.
   *
   * @param most results that are not used yet
   */
  Ahead(ExecutorService pool, int most, Use<T> use) {
    this.pool = pool;
    this.most = most;
    this.use = use;
  }

  /** Asks for something; uses an earlier result when there are enough. */
  void add(Callable<T> work) throws IOException {
    if (running.size() >= most) {
      use.use(await(running.remove()));
    }
    running.add(pool.submit(work));
  }

  /** Uses all that is left. */
  void finish() throws IOException {
    while (!running.isEmpty()) {
      use.use(await(running.remove()));
    }
  }

  private T await(Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      running.addFirst(future);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while working on a snapshot");
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException io -> throw io;
        case RuntimeException r -> throw r;
        case null, default -> throw new IOException(e.getCause());
      }
    }
  }

  /** Waits for what has begun: it uses files that are about to be closed or deleted. */
  @Override
  public void close() {
    boolean interrupted = Thread.interrupted();
    // Never cancelled: what was cancelled after it had begun would be done in name only.
    interrupted |= drained();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean drained() {
    boolean interrupted = false;
    while (!running.isEmpty()) {
      try {
        running.peek().get();
        running.remove();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        running.remove();
      }
    }
    return interrupted;
  }
}
