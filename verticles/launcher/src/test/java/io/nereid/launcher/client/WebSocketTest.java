package io.nereid.launcher.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebSocketTest {
  private static final Pattern KEY = Pattern.compile("Sec-WebSocket-Key: (\\S+)");

  @TempDir Path dir;

  @Test
  void binaryMessagesOfAllLengthsArrive() throws IOException {
    byte[] large = new byte[70_000];
    try (RawServer server =
            server(client -> {
              write(client, "8203010203");
              write(client, "827e0080" + "aa".repeat(128));
              write(client, "827f0000000000011170");
              client.write(ByteBuffer.wrap(large));
              write(client, "880203e8");
            });
        WebSocket socket = new GatewayClient(server.endpoint()).webSocket("/x")) {
      assertThat(socket.receive()).containsExactly(1, 2, 3);
      assertThat(socket.receive()).hasSize(128);
      assertThat(socket.receive()).hasSize(70_000);
      assertThat(socket.receive()).isNull();
    }
  }

  @Test
  void aPingIsAnsweredWithItsContentMasked() throws Exception {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    try (RawServer server =
            server(client -> {
              write(client, "8902" + "4142");
              ByteBuffer pong = ByteBuffer.allocate(8);
              while (pong.hasRemaining() && client.read(pong) >= 0) {
                // Read on.
              }
              answer.complete(pong.array());
              write(client, "8201ff");
            });
        WebSocket socket = new GatewayClient(server.endpoint()).webSocket("/x")) {
      assertThat(socket.receive()).containsExactly(0xff);
      byte[] pong = answer.get(5, TimeUnit.SECONDS);
      assertThat(pong[0] & 0xff).isEqualTo(0x8a);
      assertThat(pong[1] & 0xff).isEqualTo(0x82);
      assertThat(pong[6] ^ pong[2]).isEqualTo(0x41);
      assertThat(pong[7] ^ pong[3]).isEqualTo(0x42);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0201ff", // a fragment
        "c201ff", // a reserved bit
        "828100000000ff", // masked by the server
        "827f7fffffffffffffff", // longer than anything
        "827fffffffffffffffff", // a negative length
        "827f0000000000200000", // larger than allowed
        "897e0080", // a control frame that is too large
        "8101ff", // text
        "8301ff" // unknown
      })
  void framesThatAGatewayDoesNotSendAreRefused(String frame) throws IOException {
    try (RawServer server = server(client -> write(client, frame));
        WebSocket socket = new GatewayClient(server.endpoint()).webSocket("/x")) {
      assertThatThrownBy(socket::receive).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void aMessageThatBreaksOffIsAnError() throws IOException {
    try (RawServer server = server(client -> write(client, "8205aabb"));
        WebSocket socket = new GatewayClient(server.endpoint()).webSocket("/x")) {
      assertThatThrownBy(socket::receive).isInstanceOf(java.io.EOFException.class);
    }
  }

  @Test
  void aWrongAnswerToTheHandshakeIsRefused() throws IOException {
    String reply =
        "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n";
    try (RawServer server = RawServer.sending(dir, reply)) {
      assertThat(refusal(server).failure().code()).isEqualTo(FailureCode.PROTOCOL);
    }
  }

  @Test
  void aProblemInsteadOfAnUpgradeIsThatProblem() throws IOException {
    String reply =
        "HTTP/1.1 404 x\r\nContent-Type: application/problem+json\r\n\r\n"
            + "{\"code\":\"NOT_FOUND\",\"message\":\"no exec\"}";
    try (RawServer server = RawServer.sending(dir, reply)) {
      assertThat(refusal(server).failure().code()).isEqualTo(FailureCode.NOT_FOUND);
    }
  }

  private static FailureException refusal(RawServer server) {
    return catchThrowableOfType(
        FailureException.class, () -> new GatewayClient(server.endpoint()).webSocket("/x"));
  }

  /** What the server says after a proper handshake. */
  private interface Talk {
    void with(SocketChannel client) throws IOException;
  }

  private RawServer server(Talk talk) throws IOException {
    return RawServer.talking(
        dir,
        (client, request) -> {
          String head =
              "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  + "Sec-WebSocket-Accept: "
                  + accept(request)
                  + "\r\n\r\n";
          client.write(ByteBuffer.wrap(head.getBytes(StandardCharsets.US_ASCII)));
          talk.with(client);
        });
  }

  private static String accept(String request) throws IOException {
    Matcher key = KEY.matcher(request);
    if (!key.find()) {
      throw new IOException("no key");
    }
    try {
      byte[] text =
          (key.group(1) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
              .getBytes(StandardCharsets.US_ASCII);
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance("SHA-1").digest(text));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IOException(e);
    }
  }

  private static void write(SocketChannel client, String hex) throws IOException {
    client.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex)));
  }
}
