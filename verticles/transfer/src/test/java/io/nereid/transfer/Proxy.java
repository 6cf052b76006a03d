package io.nereid.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A TCP proxy in front of a port that does harm to what goes towards the server. */
final class Proxy implements AutoCloseable {
  private final ServerSocket server;
  private final int target;
  private final Harm harm;
  private final Harm back;
  private final AtomicLong returned = new AtomicLong();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final AtomicLong passed = new AtomicLong();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean refusing;

  /** What happens to a piece on its way; offsets count over all connections. */
  @FunctionalInterface
  interface Harm {
    /** Returns how many bytes go on; fewer than the length closes the connection after them. */
    int pass(long offset, byte[] piece, int length);
  }

  Proxy(int target, Harm harm) throws IOException {
    this(target, harm, none());
  }

  /**
   * The same.
   *
   * @param back what happens to what comes back from the server
   */
  Proxy(int target, Harm harm, Harm back) throws IOException {
    this.target = target;
    this.back = back;
    this.harm = harm;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  static Harm none() {
    return (offset, piece, length) -> length;
  }

  /** Closes the connection after this many bytes, once. */
  static Harm cutAt(long at) {
    return (offset, piece, length) ->
        offset <= at && at < offset + length ? (int) (at - offset) : length;
  }

  /** Flips one bit. */
  static Harm flipAt(long at) {
    return (offset, piece, length) -> {
      if (offset <= at && at < offset + length) {
        piece[(int) (at - offset)] ^= 4;
      }
      return length;
    };
  }

  int port() {
    return server.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  long passed() {
    return passed.get();
  }

  /** Bytes that came back. */
  long returned() {
    return returned.get();
  }

  /** From now on every connection is closed at once, and those there are too. */
  void refuse() {
    refusing = true;
    sockets.forEach(Proxy::quietly);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        sockets.add(client);
        connections.incrementAndGet();
        if (refusing) {
          client.close();
          continue;
        }
        Socket upstream = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.add(upstream);
        Thread.ofVirtual().start(() -> pump(client, upstream, harm, passed));
        Thread.ofVirtual().start(() -> pump(upstream, client, back, returned));
      } catch (IOException e) {
        // Closed: the loop ends.
      }
    }
  }

  private void pump(Socket from, Socket to, Harm how, AtomicLong counter) {
    byte[] piece = new byte[64 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n; (n = in.read(piece)) > 0; ) {
        int go = how.pass(counter.getAndAdd(n), piece, n);
        out.write(piece, 0, go);
        if (go < n) {
          return;
        }
      }
    } catch (IOException e) {
      // One side is gone: so will be the other.
    }
  }

  private static void quietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed either way.
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    sockets.forEach(Proxy::quietly);
  }
}
