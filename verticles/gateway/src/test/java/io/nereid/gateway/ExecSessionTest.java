package io.nereid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ExecId;
import io.nereid.gateway.testkit.Examples;
import io.nereid.gateway.testkit.FakeCluster;
import io.nereid.gateway.testkit.Http;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.http.ExecChannel;
import io.nereid.protocol.message.CoordinatorMessages.Done;
import io.nereid.protocol.message.NymphMessages.ExecIo;
import io.nereid.protocol.message.NymphMessages.ExecIoRequest;
import io.nereid.protocol.message.NymphMessages.ExecRequest;
import io.nereid.protocol.message.NymphMessages.ExecStarted;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecSessionTest {
  private static final ExecId EXEC = new ExecId("x-0123456789abcdef");
  private static final byte[] NOTHING = {};

  @TempDir Path dir;
  private FakeCluster cluster;

  // Held, because a client that is not reachable any more is closed by the collector.
  private WebSocketClient client;
  private final List<Buffer> received = new CopyOnWriteArrayList<>();

  @BeforeEach
  void start() {
    cluster = new FakeCluster(dir).start();
    client = cluster.vertx().createWebSocketClient();
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  @Test
  void aCommandIsStartedWhereTheContainerIs() {
    AtomicReference<ExecRequest> asked = new AtomicReference<>();
    cluster.answer(Addresses.LOCATE, q -> Examples.at(Examples.B));
    cluster.answer(
        Addresses.EXEC.at(Examples.B),
        q -> {
          asked.set(q);
          return new ExecStarted(EXEC);
        });
    Http.Reply reply =
        Http.tcp(cluster)
            .post("/v1/containers/counter/exec", "{\"command\":[\"cat\"],\"stdin\":true}");
    assertThat(reply.status()).isEqualTo(201);
    assertThat(reply.json().getString("stream")).isEqualTo("/v1/exec/b/" + EXEC);
    assertThat(asked.get().fence().epoch()).isEqualTo(Examples.at(Examples.B).status().epoch());
    assertThat(asked.get().stdin()).isTrue();
  }

  @Test
  void whatIsSentComesBackFromCatAndThenItsExitCode() {
    ByteArrayOutputStream seen = new ByteArrayOutputStream();
    cluster.answer(
        Addresses.EXEC_IO.at(Examples.B),
        q -> {
          seen.writeBytes(q.input());
          return new ExecIo(q.input(), NOTHING, q.closeInput() ? Optional.of(7) : none());
        });
    WebSocket socket = connect();
    byte[] big = new byte[300_000];
    for (int i = 0; i < big.length; i++) {
      big[i] = (byte) i;
    }
    for (int at = 0; at < big.length; at += 30_000) {
      send(socket, ExecChannel.STDIN, Buffer.buffer().appendBytes(big, at, 30_000));
    }
    send(socket, ExecChannel.STDIN_END, Buffer.buffer());
    await().atMost(Duration.ofSeconds(20)).until(() -> receivedLast(ExecChannel.EXIT));
    assertThat(received.getLast().getBytes()).containsExactly(3, 0, 0, 0, 7);
    assertThat(Arrays.equals(seen.toByteArray(), big)).isTrue();
    Buffer back = Buffer.buffer();
    received.stream()
        .filter(m -> m.getByte(0) == ExecChannel.STDOUT.code())
        .forEach(m -> back.appendBuffer(m, 1, m.length() - 1));
    assertThat(Arrays.equals(back.getBytes(), big)).isTrue();
    await().atMost(Duration.ofSeconds(10)).until(socket::isClosed);
  }

  @Test
  void aNewSizeReachesTheCommandOnce() {
    List<ExecIoRequest> asked = new CopyOnWriteArrayList<>();
    cluster.answer(
        Addresses.EXEC_IO.at(Examples.B),
        q -> {
          asked.add(q);
          return new ExecIo(NOTHING, NOTHING, none());
        });
    WebSocket socket = connect();
    send(
        socket,
        ExecChannel.RESIZE,
        Buffer.buffer().appendUnsignedShort(120).appendUnsignedShort(40));
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> asked.stream().anyMatch(q -> q.columns() == 120 && q.rows() == 40));
    await().atMost(Duration.ofSeconds(10)).until(() -> asked.getLast().columns() == 0);
    cluster.answer(Addresses.EXEC_KILL.at(Examples.B), q -> new Done());
    FakeCluster.await(socket.close());
  }

  @Test
  void aClientThatGoesAwayEndsItsCommand() {
    List<ExecId> killed = new CopyOnWriteArrayList<>();
    cluster.answer(Addresses.EXEC_IO.at(Examples.B), q -> new ExecIo(NOTHING, NOTHING, none()));
    cluster.answer(
        Addresses.EXEC_KILL.at(Examples.B),
        q -> {
          killed.add(q.exec());
          return new Done();
        });
    FakeCluster.await(connect().close());
    await().atMost(Duration.ofSeconds(10)).until(() -> killed.equals(List.of(EXEC)));
  }

  @Test
  void aFailureOnTheWayIsTheLastMessage() {
    cluster.answer(Addresses.EXEC_KILL.at(Examples.B), q -> new Done());
    cluster.answer(
        Addresses.EXEC_IO.at(Examples.B),
        q -> {
          throw new FailureException(Failure.of(FailureCode.NOT_FOUND, "no exec", ""));
        });
    WebSocket socket = connect();
    await().atMost(Duration.ofSeconds(10)).until(() -> receivedLast(ExecChannel.FAILURE));
    await().atMost(Duration.ofSeconds(10)).until(socket::isClosed);
    Buffer last = received.getLast();
    assertThat(last.getBuffer(1, last.length()).toJsonObject().getString("code"))
        .isEqualTo("NOT_FOUND");
  }

  @Test
  void whatIsNoMessageOfAnExecEndsIt() {
    cluster.answer(Addresses.EXEC_KILL.at(Examples.B), q -> new Done());
    cluster.answer(Addresses.EXEC_IO.at(Examples.B), q -> new ExecIo(NOTHING, NOTHING, none()));
    for (byte[] bad : List.of(new byte[] {99}, new byte[] {}, new byte[] {6, 1}, new byte[] {1})) {
      WebSocket socket = connect();
      FakeCluster.await(socket.writeBinaryMessage(Buffer.buffer(bad)));
      await().atMost(Duration.ofSeconds(10)).until(socket::isClosed);
      assertThat(socket.closeStatusCode()).isEqualTo((short) 1002);
    }
    WebSocket text = connect();
    FakeCluster.await(text.writeTextMessage("hello"));
    await().atMost(Duration.ofSeconds(10)).until(text::isClosed);
    assertThat(text.closeStatusCode()).isEqualTo((short) 1002);
  }

  private boolean receivedLast(ExecChannel channel) {
    return !received.isEmpty() && received.getLast().getByte(0) == channel.code();
  }

  private WebSocket connect() {
    WebSocketConnectOptions options =
        new WebSocketConnectOptions()
            .setHost("localhost")
            .setPort(cluster.port())
            .setAllowOriginHeader(false)
            .setURI("/v1/exec/b/" + EXEC);
    return FakeCluster.await(
        client.connect(options).onSuccess(s -> s.binaryMessageHandler(received::add)));
  }

  private static void send(WebSocket socket, ExecChannel channel, Buffer payload) {
    FakeCluster.await(
        socket.writeBinaryMessage(
            Buffer.buffer().appendByte((byte) channel.code()).appendBuffer(payload)));
  }

  private static Optional<Integer> none() {
    return Optional.empty();
  }
}
