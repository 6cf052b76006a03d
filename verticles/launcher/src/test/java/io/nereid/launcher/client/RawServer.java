package io.nereid.launcher.client;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/** Sends exactly these bytes to everyone who has asked, whatever was asked, and hangs up. */
final class RawServer implements Closeable {
  private final ServerSocketChannel server;
  private final Path path;
  private final CountDownLatch over = new CountDownLatch(1);
  private final List<String> requests = new CopyOnWriteArrayList<>();

  private RawServer(Path path, Talk talk) throws IOException {
    this.path = path;
    this.server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(path));
    Thread.ofVirtual().start(() -> serve(talk));
  }

  /** What is said to a client whose request has been read. */
  interface Talk {
    void with(SocketChannel client, String request) throws IOException;
  }

  static RawServer talking(Path directory, Talk talk) throws IOException {
    return new RawServer(directory.resolve("s"), talk);
  }

  static RawServer sending(Path directory, String reply) throws IOException {
    return talking(
        directory,
        (client, request) ->
            client.write(ByteBuffer.wrap(reply.getBytes(StandardCharsets.ISO_8859_1))));
  }

  /** Says nothing and does not hang up. */
  static RawServer silent(Path directory) throws IOException {
    RawServer[] self = new RawServer[1];
    self[0] = talking(directory, (client, request) -> self[0].awaitEnd());
    return self[0];
  }

  Endpoint endpoint() {
    return new Endpoint.Unix(path);
  }

  List<String> requests() {
    return requests;
  }

  private void awaitEnd() {
    try {
      over.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Talk talk) {
    while (server.isOpen()) {
      try (SocketChannel client = server.accept()) {
        ByteBuffer request = ByteBuffer.allocate(64 * 1024);
        client.read(request);
        String text = StandardCharsets.UTF_8.decode(request.flip()).toString();
        requests.add(text);
        talk.with(client, text);
      } catch (IOException e) {
        // The client hung up, or the test is over.
      }
    }
  }

  @Override
  public void close() {
    over.countDown();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
