package io.nereid.transfer.receive;

import io.nereid.transfer.lend.LendConnection;
import io.nereid.transfer.lend.Loans;
import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.wire.Protocol;
import io.netty.buffer.ByteBuf;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Accepts data connections, of those who send and of those who borrow; bounds those that have not
 * said who they are.
 */
final class DataServer {
  private static final Logger log = LoggerFactory.getLogger(DataServer.class);

  /** Connections without a greeting at the same time. */
  static final int STRANGERS_MAX = 32;

  private static final long WARN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final Vertx vertx;
  private final Sessions sessions;
  private final ExecutorService pool;
  private final FrameBuffers buffers;
  private final Loans loans;
  private final LendConnection.Brake brake;
  private final AtomicInteger strangers = new AtomicInteger();
  private NetServer server;
  private volatile long warnedNanos = System.nanoTime() - WARN_NANOS - 1;

  DataServer(
      Vertx vertx,
      Sessions sessions,
      ExecutorService pool,
      int threads,
      Loans loans,
      LendConnection.Brake brake) {
    this.loans = loans;
    this.brake = brake;
    this.vertx = vertx;
    this.sessions = sessions;
    this.pool = pool;
    this.buffers = new FrameBuffers(threads + 4);
  }

  /** How data is received. */
  static NetServerOptions options() {
    return new NetServerOptions().setTcpNoDelay(true).setReuseAddress(true);
  }

  Future<Integer> listen(String host, int port) {
    server = vertx.createNetServer(options());
    return server.connectHandler(this::accept).listen(port, host).map(NetServer::actualPort);
  }

  Future<Void> close() {
    return server == null ? Future.succeededFuture() : server.close();
  }

  private void accept(NetSocket socket) {
    if (strangers.incrementAndGet() > STRANGERS_MAX) {
      strangers.decrementAndGet();
      long now = System.nanoTime();
      if (now - warnedNanos > WARN_NANOS) {
        // Not for each: the log is not for strangers to fill.
        warnedNanos = now;
        log.warn("too many data connections without a greeting, like {}", socket.remoteAddress());
      }
      socket.close();
      return;
    }
    long[] timer = {0};
    Runnable known =
        () -> {
          strangers.decrementAndGet();
          vertx.cancelTimer(timer[0]);
        };
    Opening opening = new Opening(socket, known, this::sending, this::borrowing);
    timer[0] = vertx.setTimer(Protocol.GREETING_MS, t -> opening.overdue());
    opening.start();
  }

  /** It wants to send something. */
  private Opening.Taker sending(NetSocket socket, Runnable known) {
    DataConnection connection = new DataConnection(vertx, socket, sessions, pool, buffers, known);
    connection.start();
    return new Opening.Taker(connection::received, connection::greetingOverdue);
  }

  /** It wants to have something. */
  private Opening.Taker borrowing(NetSocket socket, Runnable known) {
    LendConnection connection = new LendConnection(vertx, socket, loans, brake, known);
    connection.start();
    return new Opening.Taker(
        data -> {
          connection.received(Buffer.buffer(bytes(data)));
          data.release();
        },
        connection::greetingOverdue);
  }

  private static byte[] bytes(ByteBuf data) {
    byte[] bytes = new byte[data.readableBytes()];
    data.readBytes(bytes);
    return bytes;
  }
}
