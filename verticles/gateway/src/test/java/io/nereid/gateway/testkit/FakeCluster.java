package io.nereid.gateway.testkit;

import io.nereid.bus.BusServer;
import io.nereid.config.GatewayConfig;
import io.nereid.domain.failure.FailureException;
import io.nereid.gateway.GatewayVerticle;
import io.nereid.protocol.address.Address;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** A bus without a cluster, a gateway on it, and whoever a test wants to answer. */
public final class FakeCluster implements AutoCloseable {
  private static final long WAIT_S = 20;

  private final Vertx vertx = Vertx.vertx();
  private final Path socket;
  private final int port;

  public FakeCluster(Path directory) {
    this.socket = directory.resolve("nereid.sock");
    this.port = freePort();
  }

  public Vertx vertx() {
    return vertx;
  }

  public Path socket() {
    return socket;
  }

  public int port() {
    return port;
  }

  /** From now on questions at this address are answered so; the result ends that. */
  public <Q, R> Runnable answer(Address<Q, R> address, Function<Q, R> answer) {
    BusServer server = new BusServer(vertx);
    await(server.serveBlocking(address, answer));
    return () -> await(server.close());
  }

  /** Starts a gateway. */
  public FakeCluster start() {
    GatewayConfig config = new GatewayConfig(socket, "localhost", port);
    await(vertx.deployVerticle(new GatewayVerticle(Examples.A, config, 10_000, "0.1.0-test")));
    return this;
  }

  public static <T> T await(io.vertx.core.Future<T> future) {
    try {
      return future.await(WAIT_S, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("not within " + WAIT_S + " s", e);
    }
  }

  /** Why something fails, as the code of its failure. */
  public static String codeOf(Throwable thrown) {
    return FailureException.failureOf(thrown).code().name();
  }

  @Override
  public void close() {
    await(vertx.close());
  }

  private static int freePort() {
    try (ServerSocket probe = new ServerSocket(0)) {
      return probe.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
