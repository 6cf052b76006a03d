package io.nereid.launcher.client;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Where a gateway listens. */
public sealed interface Endpoint {
  /** A unix socket. */
  record Unix(Path path) implements Endpoint {
    @Override
    public SocketAddress address() {
      return UnixDomainSocketAddress.of(path);
    }

    @Override
    public String hostHeader() {
      return "localhost";
    }

    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /** A TCP port. */
  record Tcp(String host, int port) implements Endpoint {
    @Override
    public SocketAddress address() {
      return new InetSocketAddress(host, port);
    }

    @Override
    public String hostHeader() {
      return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }

    @Override
    public String toString() {
      return hostHeader();
    }
  }

  /** What to connect to; resolves names, so it may block. */
  SocketAddress address();

  /** The value of the header Host. */
  String hostHeader();

  /** Parses {@code unix:/path}, {@code /path}, {@code host:port} or {@code [v6]:port}. */
  static Endpoint parse(String text) {
    try {
      if (text.startsWith("unix:/") || text.startsWith("/")) {
        String path = text.startsWith("unix:") ? text.substring("unix:".length()) : text;
        return new Unix(Path.of(path));
      }
      int colon = text.lastIndexOf(':');
      String host = text.substring(0, Math.max(colon, 0));
      boolean bracketed = host.startsWith("[") && host.endsWith("]");
      String bare = bracketed ? host.substring(1, host.length() - 1) : host;
      int port = Integer.parseInt(text.substring(colon + 1));
      if (!bare.isEmpty() && (bracketed || !bare.contains(":")) && port > 0 && port <= 0xffff) {
        return new Tcp(bare, port);
      }
    } catch (NumberFormatException | InvalidPathException e) {
      // Said below, as for every other text that is no address.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is no address of a daemon: use unix:/path or host:port");
  }
}
