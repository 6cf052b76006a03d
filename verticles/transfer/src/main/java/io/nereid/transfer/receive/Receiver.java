package io.nereid.transfer.receive;

import io.nereid.transfer.lend.LendConnection;
import io.nereid.transfer.lend.Loans;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.grpc.server.GrpcServer;
import io.vertx.grpc.server.GrpcServerOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two listeners of a host: gRPC and bulk data. */
public final class Receiver {
  private static final Logger log = LoggerFactory.getLogger(Receiver.class);
  private static final int CONNECTIONS_MAX = 256;
  private static final int STREAMS_MAX = 16;
  private static final int WINDOW_BYTES = 1 << 20;
  private static final int IDLE_SECONDS = 60;
  private static final long EXPIRY_LOOK_MS = TimeUnit.MINUTES.toMillis(1);

  private final Vertx vertx;
  private final Sessions sessions;
  private final ReceiveContext context;
  private final DataServer data;
  private final Loans loans;
  private final AtomicInteger connections = new AtomicInteger();
  private HttpServer http;
  private long timer = -1;
  private volatile int controlPort;
  private volatile int dataPort;

  public Receiver(
      Vertx vertx,
      Sessions sessions,
      ReceiveContext context,
      int threads,
      Loans loans,
      LendConnection.Brake brake) {
    this.loans = loans;
    this.vertx = vertx;
    this.sessions = sessions;
    this.context = context;
    this.data = new DataServer(vertx, sessions, context.pool(), threads, loans, brake);
  }

  /** Listens; port 0 takes a free one. Fails when a port is taken. */
  public Future<Void> start(String host, int controlPortWanted, int dataPortWanted) {
    GrpcServer grpc =
        GrpcServer.server(
            vertx, new GrpcServerOptions().setMaxMessageSize(Protocol.MESSAGE_BYTES_MAX));
    new ControlService(vertx, sessions, context).bind(grpc);
    http =
        vertx.createHttpServer(
            new HttpServerOptions()
                .setIdleTimeout(IDLE_SECONDS)
                .setHttp2ConnectionWindowSize(2 * WINDOW_BYTES)
                .setInitialSettings(
                    new Http2Settings()
                        .setInitialWindowSize(WINDOW_BYTES)
                        .setMaxConcurrentStreams(STREAMS_MAX)));
    http.connectionHandler(connection -> {
      connection.closeHandler(v -> connections.decrementAndGet());
      if (connections.incrementAndGet() > CONNECTIONS_MAX) {
        log.warn("connection from {} refused: too many", connection.remoteAddress());
        connection.close();
      }
    });
    timer = vertx.setPeriodic(EXPIRY_LOOK_MS, t -> Thread.ofVirtual().start(this::expire));
    return http.requestHandler(grpc)
        .listen(controlPortWanted, host)
        .compose(listening -> {
          controlPort = listening.actualPort();
          return data.listen(host, dataPortWanted);
        })
        .map(port -> {
          dataPort = port;
          return null;
        });
  }

  private void expire() {
    sessions.expire();
    loans.expire();
  }

  /** Stops listening and closes all connections. */
  public Future<Void> stop() {
    vertx.cancelTimer(timer);
    Future<Void> closed = http == null ? Future.succeededFuture() : http.close();
    return Future.join(closed, data.close()).mapEmpty();
  }

  /** The port of the gRPC service, once started. */
  public int controlPort() {
    return controlPort;
  }

  /** The port of data connections, once started. */
  public int dataPort() {
    return dataPort;
  }
}
