package io.nereid.gateway;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs what lasts, such as followed logs, each on a virtual thread; so many and no more. */
final class Streams implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Streams.class);
  private static final int STREAMS_MAX = 256;

  private final Semaphore free = new Semaphore(STREAMS_MAX);
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("gateway-", 0).factory());

  /** A response of lines. */
  void lines(HttpServerResponse response, Consumer<LineStream> body) {
    LineStream out = new LineStream(response);
    boolean started =
        start(() -> {
          try {
            body.accept(out);
            out.end();
          } catch (FailureException e) {
            out.fail(e.failure());
          } catch (RuntimeException e) {
            LOG.error("a stream failed unexpectedly", e);
            out.fail(FailureException.failureOf(e));
          }
        });
    if (!started) {
      out.fail(tooMany());
    }
  }

  /** Anything else that lasts; false when there is too much of it already. */
  boolean start(Runnable task) {
    if (!free.tryAcquire()) {
      return false;
    }
    try {
      threads.execute(() -> {
        try {
          task.run();
        } finally {
          free.release();
        }
      });
      return true;
    } catch (RejectedExecutionException e) {
      free.release();
      return false;
    }
  }

  static Failure tooMany() {
    return Failure.refused(
        FailureCode.BUSY,
        "the gateway serves " + STREAMS_MAX + " logs, commands and watchers already, or is closing",
        "end some of them");
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
