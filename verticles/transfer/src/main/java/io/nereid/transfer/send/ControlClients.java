package io.nereid.transfer.send;

import io.nereid.port.TransferTicket;
import io.nereid.transfer.wire.Protocol;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientOptions;
import java.util.HashMap;
import java.util.Map;

/**
 * The gRPC connections to receivers, kept for a while between sends: the second send of a migration
 * happens while the container is frozen and should not have to make a connection. Thread-safe.
 */
public final class ControlClients {
  private static final int HTTP2_WINDOW_BYTES = 1 << 20;
  private static final int IDLE_SECONDS = 60;

  private final Vertx vertx;
  private final Map<SocketAddress, GrpcClient> clients = new HashMap<>();

  public ControlClients(Vertx vertx) {
    this.vertx = vertx;
  }

  static SocketAddress address(TransferTicket ticket) {
    return SocketAddress.inetSocketAddress(ticket.controlPort(), ticket.host());
  }

  /** The client for a receiver; its connection may have been made before. */
  synchronized GrpcClient of(SocketAddress address) {
    return clients.computeIfAbsent(address, a -> make());
  }

  private GrpcClient make() {
    return GrpcClient.client(
        vertx,
        new GrpcClientOptions().setMaxMessageSize(Protocol.MESSAGE_BYTES_MAX),
        new HttpClientOptions()
            .setProtocolVersion(HttpVersion.HTTP_2)
            .setHttp2ClearTextUpgrade(false)
            .setHttp2ConnectionWindowSize(HTTP2_WINDOW_BYTES)
            .setHttp2KeepAliveTimeout(IDLE_SECONDS)
            .setConnectTimeout((int) Protocol.GREETING_MS));
  }

  /**
   * Something is wrong with the connection: it is closed, and the next attempt makes a new one.
   * Other sends over it notice a broken link and do the same.
   */
  void drop(SocketAddress address, GrpcClient broken) {
    boolean known;
    synchronized (this) {
      known = clients.remove(address, broken);
    }
    if (known) {
      broken.close();
    }
  }

  /** Closes all. */
  public void close() {
    Map<SocketAddress, GrpcClient> closing;
    synchronized (this) {
      closing = Map.copyOf(clients);
      clients.clear();
    }
    closing.values().forEach(GrpcClient::close);
  }
}
