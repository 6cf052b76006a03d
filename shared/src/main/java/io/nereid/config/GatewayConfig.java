package io.nereid.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where commands come in.
 *
 * @param socket unix socket that only root may open
 * @param host address of the TCP listener (RPC_IP); loopback only
 * @param port of the TCP listener (RPC_PORT); 0 switches it off
 */
public record GatewayConfig(Path socket, String host, int port) {

  /** Longest path that the kernel takes as the address of a unix socket, in bytes. */
  private static final int SOCKET_PATH_BYTES_MAX = 107;

  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|::1|127(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}");

  static GatewayConfig from(SettingReader settings, Path runDir) {
    Path socket =
        settings.checked(
            "gateway.socket",
            runDir.resolve("nereid.sock"),
            "nereid.sock in node.runDir",
            "an absolute path",
            GatewayConfig::absolute);
    int bytes = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > SOCKET_PATH_BYTES_MAX) {
      settings.broken(
          "gateway.socket '"
              + socket
              + "' has "
              + bytes
              + " bytes and a unix socket's path at most "
              + SOCKET_PATH_BYTES_MAX,
          "choose a shorter node.runDir, or set gateway.socket",
          "gateway.socket",
          "node.runDir");
    }
    String host =
        settings.text(
            "gateway.host",
            "localhost",
            LOOPBACK,
            "localhost, ::1 or an address that begins with 127.: there is no authentication yet,"
                + " so other hosts are not let in");
    int port = settings.integer("gateway.port", 1234, 0, 65_535);
    return new GatewayConfig(socket, host, port);
  }

  private static Path absolute(String text) {
    Path path = Path.of(text);
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException();
    }
    return path;
  }
}
