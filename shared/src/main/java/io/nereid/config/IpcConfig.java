package io.nereid.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What containers may ask of the daemon.
 *
 * @param socket where new containers find the socket; absent: they get none, and nobody listens to
 *     those that have one
 * @param perMinute how many requests of one container are done in a minute
 */
public record IpcConfig(Optional<String> socket, int perMinute) {
  /** Instead of a path: no socket. */
  public static final String OFF = "off";

  private static final String SOCKET = "/tmp/msc.sock";
  private static final int PATH_MAX = 100;
  private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+");
  private static final String RULE =
      "an absolute path of at most "
          + PATH_MAX
          + " characters of A-Z, a-z, 0-9, '.', '_', '-' and '/', no part of it beginning with '.',"
          + " not in /proc or /sys; or off";

  /** A unix socket's path has at most 107 bytes; the rest is the directory and the id below it. */
  private static final int RUN_DIR_BYTES_MAX = 107 - "/ipc/".length() - 32;

  static IpcConfig from(SettingReader settings, Path runDir) {
    Optional<String> socket =
        settings.checked("ipc.socket", Optional.of(SOCKET), SOCKET, RULE, IpcConfig::path);
    int perMinute = settings.integer("ipc.perMinute", 6, 1, 600);
    int bytes = runDir.toString().getBytes(StandardCharsets.UTF_8).length;
    if (socket.isPresent() && bytes > RUN_DIR_BYTES_MAX) {
      settings.broken(
          "node.runDir has "
              + bytes
              + " bytes, but the containers' sockets below it leave room for "
              + RUN_DIR_BYTES_MAX,
          "choose a shorter node.runDir, or set ipc.socket to off",
          "ipc.socket",
          "node.runDir");
    }
    return new IpcConfig(socket, perMinute);
  }

  /** What is allowed, in words. */
  public static String rule() {
    return RULE;
  }

  /**
   * A path within a container, or none.
   *
   * @throws IllegalArgumentException when it breaks {@link #rule}
   */
  public static Optional<String> path(String text) {
    if (text.equals(OFF)) {
      return Optional.empty();
    }
    boolean kernels = text.startsWith("/proc/") || text.startsWith("/sys/");
    if (text.length() > PATH_MAX || !PATH.matcher(text).matches() || kernels) {
      throw new IllegalArgumentException();
    }
    return Optional.of(text);
  }
}
