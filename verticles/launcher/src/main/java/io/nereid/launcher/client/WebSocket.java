package io.nereid.launcher.client;

import io.nereid.domain.failure.FailureException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.TimeUnit;

/**
 * The client's side of a WebSocket (RFC 6455) with binary messages in single frames. One thread
 * receives; several may send.
 */
public final class WebSocket implements Closeable {
  private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int MESSAGE_BYTES_MAX = 1024 * 1024;
  private static final long HANDSHAKE_MS = 15_000;

  /** The gateway sends a ping more often than this. */
  private static final long SILENCE_MS = 90_000;

  private static final int FIN = 0x80;
  private static final int MASK = 0x80;
  private static final int RESERVED = 0x70;
  private static final int BINARY = 2;
  private static final int CLOSE = 8;
  private static final int PING = 9;
  private static final int PONG = 10;
  private static final int LENGTH_16_BITS = 126;
  private static final int LENGTH_64_BITS = 127;
  private static final int CONTROL_BYTES_MAX = 125;

  private final Connection connection;
  private final SecureRandom random = new SecureRandom();

  private WebSocket(Connection connection) {
    this.connection = connection;
  }

  /** Makes an exception of an answer that is no upgrade. */
  interface Refusal {
    FailureException of(HttpHead head, Connection connection) throws IOException;
  }

  static WebSocket open(Connection connection, Endpoint endpoint, String path, Refusal refusal)
      throws IOException {
    byte[] nonce = new byte[16];
    WebSocket socket = new WebSocket(connection);
    socket.random.nextBytes(nonce);
    String key = Base64.getEncoder().encodeToString(nonce);
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: "
            + endpoint.hostHeader()
            + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
            + "\r\nSec-WebSocket-Key: "
            + key
            + "\r\n\r\n";
    connection.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
    HttpHead head =
        HttpHead.read(connection, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HANDSHAKE_MS));
    if (head.status() != 101) {
      throw refusal.of(head, connection);
    }
    if (!accepts(key).equals(head.header("sec-websocket-accept").orElse(""))) {
      throw new ProtocolException(
          "the answer to the WebSocket handshake does not fit the question");
    }
    return socket;
  }

  private static String accepts(String key) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      byte[] digest = sha1.digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  /** The next message, or null when the other side has closed. */
  public byte[] receive() throws IOException {
    while (true) {
      long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SILENCE_MS);
      int first = connection.read(deadline);
      if (first < 0) {
        return null;
      }
      int second = connection.read(deadline);
      if (second < 0 || (second & MASK) != 0 || (first & (FIN | RESERVED)) != FIN) {
        throw new ProtocolException("a WebSocket frame that a gateway does not send");
      }
      byte[] payload = new byte[length(second, first & 0x0f, deadline)];
      connection.readFully(payload, deadline);
      switch (first & 0x0f) {
        case BINARY -> {
          return payload;
        }
        case PING -> frame(PONG, payload);
        case PONG -> {
          // Nothing was asked.
        }
        case CLOSE -> {
          return null;
        }
        default -> throw new ProtocolException("a WebSocket frame of an unknown kind");
      }
    }
  }

  private int length(int second, int opcode, long deadline) throws IOException {
    int coded = second & 0x7f;
    int extra = coded == LENGTH_16_BITS ? 2 : coded == LENGTH_64_BITS ? 8 : 0;
    long length = extra == 0 ? coded : 0;
    for (int i = 0; i < extra; i++) {
      int next = connection.read(deadline);
      if (next < 0 || length > MESSAGE_BYTES_MAX) {
        throw new ProtocolException("a WebSocket frame without a proper length");
      }
      length = length << 8 | next;
    }
    boolean control = opcode >= CLOSE;
    if (length > (control ? CONTROL_BYTES_MAX : MESSAGE_BYTES_MAX) || length < 0) {
      throw new ProtocolException("a WebSocket frame that is too large");
    }
    return (int) length;
  }

  /** Sends one message. */
  public void send(byte[] message) throws IOException {
    frame(BINARY, message);
  }

  private void frame(int opcode, byte[] payload) throws IOException {
    byte[] mask = new byte[4];
    random.nextBytes(mask);
    ByteBuffer frame = ByteBuffer.allocate(payload.length + 14);
    frame.put((byte) (FIN | opcode));
    if (payload.length <= CONTROL_BYTES_MAX) {
      frame.put((byte) (MASK | payload.length));
    } else if (payload.length <= 0xffff) {
      frame.put((byte) (MASK | LENGTH_16_BITS)).putShort((short) payload.length);
    } else {
      frame.put((byte) (MASK | LENGTH_64_BITS)).putLong(payload.length);
    }
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i % 4]));
    }
    connection.write(frame.flip());
  }

  @Override
  public void close() throws IOException {
    try (connection) {
      sayGoodbye();
    }
  }

  private void sayGoodbye() {
    try {
      frame(CLOSE, new byte[] {0x03, (byte) 0xe8});
    } catch (IOException e) {
      // The other side has hung up first, which is the usual order.
    }
  }
}
