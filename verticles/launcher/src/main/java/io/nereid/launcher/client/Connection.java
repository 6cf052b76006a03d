package io.nereid.launcher.client;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A connection whose every wait has an end. Reading belongs to one thread; writing may be done by
 * several.
 */
final class Connection implements Closeable {
  private static final int BUFFER_BYTES = 32 * 1024;

  private final SocketChannel channel;
  private final Selector readable;
  private final Selector writable;
  private final ByteBuffer in = ByteBuffer.allocate(BUFFER_BYTES).flip();
  private final Object writing = new Object();
  private final long writeTimeoutMs;

  private Connection(SocketChannel channel, Duration timeout) throws IOException {
    this.channel = channel;
    this.writeTimeoutMs = timeout.toMillis();
    this.readable = Selector.open();
    this.writable = Selector.open();
    channel.register(readable, SelectionKey.OP_READ);
  }

  static Connection open(Endpoint endpoint, Duration timeout) throws IOException {
    SocketChannel channel =
        endpoint instanceof Endpoint.Unix
            ? SocketChannel.open(StandardProtocolFamily.UNIX)
            : SocketChannel.open();
    try {
      channel.configureBlocking(false);
      if (!channel.connect(endpoint.address())) {
        awaitConnect(channel, timeout);
      }
      return new Connection(channel, timeout);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void awaitConnect(SocketChannel channel, Duration timeout) throws IOException {
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_CONNECT);
      long deadline = System.nanoTime() + timeout.toNanos();
      while (!channel.finishConnect()) {
        select(selector, deadline, "connecting");
      }
    }
  }

  /** The next byte, or -1 at the end. */
  int read(long deadlineNanos) throws IOException {
    if (!in.hasRemaining() && !fill(deadlineNanos)) {
      return -1;
    }
    return in.get() & 0xff;
  }

  /** At least one byte, or -1 at the end. */
  int read(byte[] into, int offset, int length, long deadlineNanos) throws IOException {
    if (!in.hasRemaining() && !fill(deadlineNanos)) {
      return -1;
    }
    int count = Math.min(length, in.remaining());
    in.get(into, offset, count);
    return count;
  }

  /** All of it, or an exception. */
  void readFully(byte[] into, long deadlineNanos) throws IOException {
    int at = 0;
    while (at < into.length) {
      int count = read(into, at, into.length - at, deadlineNanos);
      if (count < 0) {
        throw new EOFException("the connection ended in the middle of a message");
      }
      at += count;
    }
  }

  private boolean fill(long deadlineNanos) throws IOException {
    in.clear();
    try {
      int count = channel.read(in);
      while (count == 0) {
        select(readable, deadlineNanos, "waiting for an answer");
        count = channel.read(in);
      }
      return count > 0;
    } finally {
      in.flip();
    }
  }

  void write(ByteBuffer bytes) throws IOException {
    synchronized (writing) {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(writeTimeoutMs);
      while (bytes.hasRemaining()) {
        if (channel.write(bytes) == 0) {
          channel.register(writable, SelectionKey.OP_WRITE);
          select(writable, deadline, "sending");
        }
      }
    }
  }

  private static void select(Selector selector, long deadlineNanos, String doing)
      throws IOException {
    long leftMs = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()) + 1;
    if (leftMs <= 0) {
      throw new SocketTimeoutException("no answer in time while " + doing);
    }
    selector.select(leftMs);
    selector.selectedKeys().clear();
    if (Thread.currentThread().isInterrupted()) {
      throw new java.io.InterruptedIOException("interrupted while " + doing);
    }
  }

  @Override
  public void close() throws IOException {
    try (channel;
        readable;
        writable) {
      // Closed in reverse order by leaving the block.
    }
  }
}
