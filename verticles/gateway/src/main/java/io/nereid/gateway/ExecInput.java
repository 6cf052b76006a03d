package io.nereid.gateway;

import io.nereid.protocol.http.ExecChannel;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a client sends to its command, kept until it is taken. Filled by the event loop, emptied by
 * one virtual thread; a client that is too quick is not read from until there is room again.
 */
final class ExecInput {
  private static final int BUFFER_BYTES_MAX = 256 * 1024;
  private static final short PROTOCOL_ERROR = 1002;
  private static final int SIZE_BYTES = 4;

  /** What came since the last time. */
  record Taken(byte[] bytes, boolean close, int columns, int rows) {}

  private final ServerWebSocket socket;
  private Buffer bytes = Buffer.buffer();
  private boolean closeWanted;
  private boolean closeTaken;
  private boolean paused;
  private boolean gone;
  private int columns;
  private int rows;
  private long lastNanos = System.nanoTime();

  ExecInput(ServerWebSocket socket) {
    this.socket = socket;
    socket.binaryMessageHandler(this::message);
    socket.textMessageHandler(t -> socket.close(PROTOCOL_ERROR, "binary messages only"));
    socket.closeHandler(v -> clientGone());
    socket.exceptionHandler(e -> clientGone());
  }

  private synchronized void clientGone() {
    gone = true;
  }

  private void message(Buffer message) {
    Optional<ExecChannel> channel =
        message.length() == 0 ? Optional.empty() : ExecChannel.of(message.getUnsignedByte(0));
    boolean understood = channel.isPresent() && accept(channel.get(), message);
    if (!understood) {
      socket.close(PROTOCOL_ERROR, "not a message of an exec");
    }
  }

  private synchronized boolean accept(ExecChannel channel, Buffer message) {
    int payload = message.length() - 1;
    switch (channel) {
      case STDIN -> {
        if (closeWanted) {
          return false;
        }
        bytes.appendBuffer(message, 1, payload);
        lastNanos = System.nanoTime();
        if (bytes.length() >= BUFFER_BYTES_MAX - ExecChannel.PAYLOAD_BYTES_MAX && !paused) {
          paused = true;
          socket.pause();
        }
      }
      case STDIN_END -> closeWanted = true;
      case RESIZE -> {
        if (payload != SIZE_BYTES) {
          return false;
        }
        columns = message.getUnsignedShort(1);
        rows = message.getUnsignedShort(3);
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  synchronized Taken take() {
    Taken taken = new Taken(bytes.getBytes(), closeWanted && !closeTaken, columns, rows);
    closeTaken = closeWanted;
    bytes = Buffer.buffer();
    columns = 0;
    rows = 0;
    if (paused) {
      paused = false;
      socket.resume();
    }
    return taken;
  }

  synchronized boolean isClientGone() {
    return gone;
  }

  synchronized boolean isEnded() {
    return closeTaken;
  }

  synchronized long sinceLastMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - lastNanos);
  }
}
