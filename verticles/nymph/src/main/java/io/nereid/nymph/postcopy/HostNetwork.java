package io.nereid.nymph.postcopy;

import io.nereid.nymph.kernel.NetworkNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;

/** Listens in another network namespace than the program's. */
final class HostNetwork {
  private static final int BACKLOG = 8;

  private HostNetwork() {}

  /**
   * Listens at any free port.
   *
   * @param namespace file of a network namespace
   */
  static ServerSocket listen(Path namespace, InetAddress at) throws IOException {
    try {
      return NetworkNamespace.in(
          namespace,
          () -> {
            ServerSocket socket = new ServerSocket();
            socket.bind(new InetSocketAddress(at, 0), BACKLOG);
            return socket;
          });
    } catch (IOException e) {
      throw new IOException("cannot listen at " + at + ": " + e.getMessage(), e);
    }
  }
}
