package io.nereid.gateway;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.protocol.codec.WireCodec;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A response of one JSON document a line, as long as somebody reads it. Used by one virtual thread;
 * writing waits for a slow reader, but not for ever.
 */
final class LineStream {
  private static final long STALL_MS = 30_000;

  private final HttpServerResponse response;
  private final CountDownLatch gone = new CountDownLatch(1);

  LineStream(HttpServerResponse response) {
    this.response = response;
    response.closeHandler(v -> gone.countDown());
    response.exceptionHandler(e -> gone.countDown());
  }

  boolean isOpen() {
    return gone.getCount() > 0;
  }

  /** Waits; ends early when the reader goes away or the gateway closes. */
  void pause(long ms) {
    try {
      if (gone.await(ms, TimeUnit.MILLISECONDS)) {
        throw readerGone(null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw readerGone(e);
    }
  }

  /** Sends one document and waits until it has left. */
  void line(Object document) {
    byte[] json = document instanceof byte[] bytes ? bytes : WireCodec.encode(document);
    write(Buffer.buffer(json.length + 1).appendBytes(json).appendByte((byte) '\n'));
  }

  private void write(Buffer bytes) {
    if (!isOpen()) {
      throw readerGone(null);
    }
    if (!response.headWritten()) {
      response
          .setChunked(true)
          .putHeader("Content-Type", "application/x-ndjson")
          .putHeader("Cache-Control", "no-store");
    }
    try {
      response.write(bytes).await(STALL_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      response.reset();
      throw readerGone(e);
    } catch (RuntimeException e) {
      throw readerGone(e);
    }
  }

  /** The regular end. */
  void end() {
    if (isOpen()) {
      if (!response.headWritten()) {
        response.putHeader("Content-Type", "application/x-ndjson");
      }
      response.end();
    }
  }

  /** The end with a failure: a problem document, as the last line when lines were sent before. */
  void fail(Failure failure) {
    if (!isOpen()) {
      return;
    }
    if (!response.headWritten()) {
      Problems.send(response, failure);
      return;
    }
    Buffer last =
        Buffer.buffer(WireCodec.encode(new FailedLine("failure", failure))).appendByte((byte) '\n');
    response.end(last);
  }

  /** The last line of a stream that broke off. */
  record FailedLine(String type, Failure failure) {}

  private static FailureException readerGone(Throwable cause) {
    return new FailureException(
        Failure.refused(FailureCode.CANCELLED, "the reader has gone away", ""), cause);
  }
}
