package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.launcher.demo.playground.NetNs;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** Asks a program in a container, over one connection, whether all that it has is whole. */
final class LineClient implements AutoCloseable {
  private static final int PORT = 7000;
  private static final int CONNECT_MS_MAX = 1_000;
  private static final int ANSWER_MS_MAX = 60_000;
  private final Socket socket;
  private final BufferedReader in;
  private long last;

  private LineClient(Socket socket) throws IOException {
    this.socket = socket;
    socket.setSoTimeout(ANSWER_MS_MAX);
    this.in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
  }

  /** Connects as soon as the program listens. */
  static LineClient connect(Path namespace, String address) {
    AtomicReference<LineClient> client = new AtomicReference<>();
    await()
        .atMost(Duration.ofSeconds(30))
        .ignoreExceptions()
        .until(() -> {
          client.set(new LineClient(NetNs.call(namespace, () -> socket(address))));
          return true;
        });
    return client.get();
  }

  private static Socket socket(String address) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.socket().connect(new InetSocketAddress(address, PORT), CONNECT_MS_MAX);
      return channel.socket();
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** It says that all is whole and that it has gone on since it was asked before. */
  void assertWhole() throws IOException {
    socket.getOutputStream().write("check\n".getBytes(StandardCharsets.US_ASCII));
    String answer = in.readLine();
    assertThat(answer).startsWith("ok ");
    long count = Long.parseLong(answer.substring("ok ".length()));
    assertThat(count).isGreaterThan(last);
    last = count;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
