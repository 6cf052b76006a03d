package io.nereid.e2e;

import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.playground.NetNs;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Stands on the way of the bulk streams from one host to another and flips one bit, once. The
 * source host's firewall sends it what is meant for the target.
 */
final class FlippingProxy implements AutoCloseable {
  private static final int DATA_PORT = 4470;
  // Its own connections come from here, so that they are not sent back to it.
  private static final String OWN_ADDRESS = "10.88.254.1";
  private static final long FLIP_AT_BYTE = 5_000_000;
  private static final String TABLE = "flipping";
  private final TestCluster cluster;
  private final Path netns;
  private final String target;
  private final ServerSocket server;
  private final AtomicBoolean flipped = new AtomicBoolean();

  private FlippingProxy(TestCluster cluster, Daemon from, Daemon to) throws IOException {
    this.cluster = cluster;
    this.netns = Names.netnsFile(cluster.playground().names().netns(from.host()));
    this.target = Names.address(to.host());
    in("ip", "address", "add", OWN_ADDRESS + "/32", "dev", Names.BRIDGE);
    this.server =
        NetNs.call(netns, () -> new ServerSocket(0, 50, InetAddress.getByName(OWN_ADDRESS)));
    in("nft", "add", "table", "ip", TABLE);
    in("nft", "add", "chain", "ip", TABLE, "output", "{ type nat hook output priority -100 ; }");
    in(
        ("nft add rule ip "
                + TABLE
                + " output ip saddr != "
                + OWN_ADDRESS
                + " ip daddr "
                + target
                + " tcp dport "
                + DATA_PORT
                + " dnat to "
                + OWN_ADDRESS
                + ":"
                + server.getLocalPort())
            .split(" "));
    Thread.ofVirtual().start(this::accept);
  }

  static FlippingProxy between(TestCluster cluster, Daemon from, Daemon to) throws IOException {
    return new FlippingProxy(cluster, from, to);
  }

  boolean flipped() {
    return flipped.get();
  }

  private void in(String... command) {
    String[] argv = new String[command.length + 2];
    argv[0] = "nsenter";
    argv[1] = "--net=" + netns;
    System.arraycopy(command, 0, argv, 2, command.length);
    cluster.tools().must(argv);
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket near = server.accept();
        Socket far =
            NetNs.call(
                netns,
                () -> {
                  Socket socket = new Socket();
                  socket.bind(new InetSocketAddress(OWN_ADDRESS, 0));
                  socket.connect(new InetSocketAddress(target, DATA_PORT), 5_000);
                  return socket;
                });
        Thread.ofVirtual().start(() -> copy(near, far, true));
        Thread.ofVirtual().start(() -> copy(far, near, false));
      } catch (IOException e) {
        // Closed, or the target refused: the source sees its connection end, which is the point.
        continue;
      }
    }
  }

  private void copy(Socket from, Socket to, boolean flipping) {
    byte[] buffer = new byte[64 * 1024];
    long passed = 0;
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (flipping && passed + n > FLIP_AT_BYTE && flipped.compareAndSet(false, true)) {
          buffer[n - 1] ^= 1;
        }
        out.write(buffer, 0, n);
        passed += n;
      }
    } catch (IOException e) {
      // One side has gone; closing both tells the other.
      return;
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    in("nft", "delete", "table", "ip", TABLE);
    in("ip", "address", "del", OWN_ADDRESS + "/32", "dev", Names.BRIDGE);
  }
}
