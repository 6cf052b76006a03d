package io.nereid.transfer.pull;

import io.nereid.domain.id.NodeId;
import io.nereid.port.Loan;
import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One host that lends, and what it has been asked for. A thread of its own asks, as long as there
 * is something to ask for and not too much is under way.
 */
final class PullSource implements PullLink.Listener {
  private static final Logger log = LoggerFactory.getLogger(PullSource.class);

  /** Bytes and requests under way: enough for 1 Gbit/s over 60 ms. */
  private static final int BYTES_MAX = 8 << 20;

  private static final int REQUESTS_MAX = 16;
  private static final long LOOK_MS = 50;

  /** A host that has been asked and says nothing for so long is given up. */
  private static final long SILENCE_NANOS_MAX = TimeUnit.SECONDS.toNanos(5);

  private final PullPool pool;
  private final Loan loan;
  private final Map<String, Integer> numbers = new HashMap<>();
  private final PullLink link;
  private final Goodput goodput = new Goodput();
  private long bytesUnderWay;
  private int requestsUnderWay;
  private long heardNanos;
  private String ended;

  PullSource(PullPool pool, Vertx vertx, FrameBuffers buffers, Loan loan) {
    this.pool = pool;
    this.loan = loan;
    this.link = new PullLink(vertx, buffers, this);
    for (int number = 0; number < loan.items().size(); number++) {
      numbers.put(PullPool.treeOf(loan.items().get(number)), number);
    }
  }

  NodeId host() {
    return loan.host();
  }

  boolean has(String tree) {
    return numbers.containsKey(tree);
  }

  /** Bytes a second that it has given lately while it was asked; 0 when that is not known. */
  double bytesPerSecond() {
    return goodput.bytesPerSecond();
  }

  synchronized long bytesUnderWay() {
    return bytesUnderWay;
  }

  /** Why it gives nothing any more, or null. */
  synchronized String ended() {
    return ended;
  }

  /** On its own thread: asks until the pool is closed or something is wrong. */
  void run() {
    try {
      link.connect(loan.ticket())
          .toCompletionStage()
          .toCompletableFuture()
          .get(Protocol.GREETING_MS, TimeUnit.MILLISECONDS);
      while (ended() == null) {
        if (full()) {
          pool.pause(this, LOOK_MS);
        } else {
          Span span = pool.next(this, LOOK_MS);
          if (span != null) {
            ask(span);
          } else if (pool.closed()) {
            break;
          }
        }
        checkSilence();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      broken("interrupted");
    } catch (TimeoutException e) {
      broken("it does not greet");
    } catch (java.util.concurrent.ExecutionException e) {
      broken(String.valueOf(e.getCause().getMessage()));
    } finally {
      link.close();
    }
  }

  synchronized boolean full() {
    return bytesUnderWay >= BYTES_MAX || requestsUnderWay >= REQUESTS_MAX;
  }

  private void ask(Span span) {
    synchronized (this) {
      if (requestsUnderWay == 0) {
        heardNanos = System.nanoTime();
        goodput.busy();
      }
      bytesUnderWay += span.bytes;
      requestsUnderWay++;
    }
    link.ask(numbers.get(span.tree), span);
  }

  private void checkSilence() {
    boolean silent;
    synchronized (this) {
      silent = requestsUnderWay > 0 && System.nanoTime() - heardNanos > SILENCE_NANOS_MAX;
    }
    if (silent) {
      broken("it has been silent for " + SILENCE_NANOS_MAX / 1_000_000 + " ms");
    }
  }

  private void answered(Span span) {
    synchronized (this) {
      heardNanos = System.nanoTime();
      bytesUnderWay -= span.bytes;
      requestsUnderWay--;
      goodput.arrived(span.bytes, requestsUnderWay > 0);
    }
  }

  @Override
  public void arrived(Span span, byte[] data) {
    answered(span);
    pool.arrived(this, span, data);
  }

  @Override
  public void absent(Span span) {
    answered(span);
    pool.refused(this, span);
  }

  @Override
  public void broken(String why) {
    synchronized (this) {
      if (ended != null) {
        return;
      }
      ended = why;
    }
    if (!pool.closed()) {
      log.info("nothing more is fetched from host {}: {}", loan.host(), why);
    }
    link.close();
    pool.gone(this);
  }
}
