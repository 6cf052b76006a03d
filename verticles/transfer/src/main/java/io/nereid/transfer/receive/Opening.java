package io.nereid.transfer.receive;

import io.nereid.transfer.socket.Received;
import io.nereid.transfer.wire.PullHello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vertx.core.net.NetSocket;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/**
 * The first bytes of a connection: they say what it is for. One event loop. Who says nothing or
 * something else is taken for one that sends, and is told there what is wrong.
 */
final class Opening {
  private static final int MAGIC_BYTES = 4;

  /** Who takes what is received, and is told when the greeting should have come by now. */
  record Taker(Consumer<ByteBuf> received, Runnable overdue) {}

  private final NetSocket socket;
  private final Runnable known;
  private final BiFunction<NetSocket, Runnable, Taker> sending;
  private final BiFunction<NetSocket, Runnable, Taker> borrowing;
  private ByteBuf first = Unpooled.EMPTY_BUFFER;
  private Taker taker;
  private boolean closed;

  Opening(
      NetSocket socket,
      Runnable known,
      BiFunction<NetSocket, Runnable, Taker> sending,
      BiFunction<NetSocket, Runnable, Taker> borrowing) {
    this.socket = socket;
    this.known = known;
    this.sending = sending;
    this.borrowing = borrowing;
  }

  void start() {
    socket.exceptionHandler(e -> close());
    socket.closeHandler(v -> close());
    Received.handOver(socket, this::received);
  }

  /** It should have greeted by now. */
  void overdue() {
    if (taker == null && !closed) {
      decide(false);
    }
    if (taker != null) {
      taker.overdue().run();
    }
  }

  private void received(ByteBuf data) {
    if (taker != null) {
      taker.received().accept(data);
      return;
    }
    if (closed) {
      data.release();
      return;
    }
    // In one piece, unless somebody sends byte by byte.
    first = first.isReadable() ? Unpooled.wrappedBuffer(first, data) : data;
    if (first.readableBytes() >= MAGIC_BYTES) {
      decide(first.getInt(first.readerIndex()) == PullHello.MAGIC);
    }
  }

  private void decide(boolean borrows) {
    taker = (borrows ? borrowing : sending).apply(socket, known);
    ByteBuf all = first;
    first = Unpooled.EMPTY_BUFFER;
    if (all.isReadable()) {
      taker.received().accept(all);
    }
  }

  private void close() {
    if (!closed) {
      closed = true;
      first.release();
      first = Unpooled.EMPTY_BUFFER;
      known.run();
    }
  }
}
