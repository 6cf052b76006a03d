package io.nereid.gateway;

import io.nereid.bus.BusClient;
import io.nereid.config.GatewayConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.http.ExecChannel;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;

/** Listens on the unix socket and, when it has a port, on the loopback device. */
public final class GatewayVerticle extends VerticleBase {
  private static final int HEADER_BYTES_MAX = 16 * 1024;
  private static final int REQUEST_LINE_BYTES_MAX = 8 * 1024;

  /** Longer than every long poll; streams send something more often. */
  private static final int IDLE_SECONDS = 90;

  private final NodeId self;
  private final GatewayConfig config;
  private final long stopGraceMs;
  private final String version;
  private final Streams streams = new Streams();
  private final SocketFile socketFile;
  private boolean published;

  public GatewayVerticle(NodeId self, GatewayConfig config, long stopGraceMs, String version) {
    this.self = self;
    this.config = config;
    this.stopGraceMs = stopGraceMs;
    this.version = version;
    this.socketFile = new SocketFile(config.socket());
  }

  @Override
  public Future<?> start() {
    Questions questions = new Questions(vertx, new BusClient(vertx));
    Router router = new Api(questions, streams, self, version, stopGraceMs).router(vertx);
    return vertx
        .executeBlocking(this::checkedSocket)
        .compose(path -> listenUnix(router, path))
        .compose(server -> listenTcp(router));
  }

  @Override
  public Future<?> stop() {
    streams.close();
    return vertx.executeBlocking(() -> {
      if (published) {
        socketFile.remove();
      }
      socketFile.discard();
      return null;
    });
  }

  private Path checkedSocket() throws UnknownHostException {
    if (config.port() != 0 && !InetAddress.getByName(config.host()).isLoopbackAddress()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.CONFIG_INVALID,
              "gateway.host '" + config.host() + "' is not this host's loopback",
              "without authentication other hosts are not let in: use localhost (RPC_IP)"));
    }
    return socketFile.prepare();
  }

  private Future<HttpServer> listenUnix(Router router, Path path) {
    return server()
        .requestHandler(router)
        .listen(SocketAddress.domainSocketAddress(path.toString()))
        .compose(server ->
            vertx.executeBlocking(() -> {
              socketFile.publish();
              published = true;
              return server;
            }));
  }

  private Future<?> listenTcp(Router router) {
    if (config.port() == 0) {
      return Future.succeededFuture();
    }
    return server()
        .requestHandler(new LoopbackGuard(router))
        .listen(config.port(), config.host())
        .recover(e ->
            Future.failedFuture(
                new FailureException(
                    Failure.refused(
                        FailureCode.CONFIG_INVALID,
                        "cannot listen at "
                            + config.host()
                            + ":"
                            + config.port()
                            + ": "
                            + e.getMessage(),
                        "choose another gateway.port (RPC_PORT), or 0 for none"),
                    e)));
  }

  private HttpServer server() {
    return vertx.createHttpServer(
        new HttpServerOptions()
            .setMaxHeaderSize(HEADER_BYTES_MAX)
            .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
            .setIdleTimeout(IDLE_SECONDS)
            .setMaxWebSocketFrameSize(ExecChannel.PAYLOAD_BYTES_MAX + 1)
            .setMaxWebSocketMessageSize(ExecChannel.PAYLOAD_BYTES_MAX + 1)
            .setPerMessageWebSocketCompressionSupported(false)
            .setPerFrameWebSocketCompressionSupported(false)
            .setHttp2ClearTextEnabled(false));
  }
}
