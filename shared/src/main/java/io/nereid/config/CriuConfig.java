package io.nereid.config;

import java.nio.file.Path;
import java.util.Locale;

/**
 * Checkpoint and restore.
 *
 * @param dumpPath where images are written (DUMP_PATH); each host uses a directory of its own below
 * @param tcpEstablished whether established TCP connections move along (CRIU_TCP_ESTABLISHED)
 * @param deadlineMs after which a run is reported as unknown; it is never killed
 * @param lazyFromBytes a container with at least so much memory runs again before all of it is in
 *     place; 0 is never
 */
public record CriuConfig(
    Path dumpPath, TcpEstablished tcpEstablished, long deadlineMs, long lazyFromBytes) {
  private static final long LAZY_FROM_BYTES = 192L << 20;

  /** Whether established TCP connections move along. */
  public enum TcpEstablished {
    /** When the container's address moves with it. */
    AUTO,
    TRUE,
    FALSE
  }

  static CriuConfig from(SettingReader settings) {
    Path dumpPath = settings.path("criu.dumpPath", Path.of("/dumps"));
    TcpEstablished tcp =
        settings.checked(
            "criu.tcpEstablished",
            TcpEstablished.AUTO,
            "auto",
            "auto, or a boolean: 1, t, T, TRUE, true, True, 0, f, F, FALSE, false, False",
            CriuConfig::tcpEstablished);
    long deadlineMs = settings.number("criu.deadlineMs", 120_000, 1_000, 3_600_000);
    long lazyFromBytes = settings.number("criu.lazyFromBytes", LAZY_FROM_BYTES, 0, 1L << 50);
    return new CriuConfig(dumpPath, tcp, deadlineMs, lazyFromBytes);
  }

  // The boolean forms are those of Go's strconv.ParseBool, which the variable has always had.
  static boolean bool(String text) {
    return switch (text) {
      case "1", "t", "T", "TRUE", "true", "True" -> true;
      case "0", "f", "F", "FALSE", "false", "False" -> false;
      default -> throw new IllegalArgumentException();
    };
  }

  private static TcpEstablished tcpEstablished(String text) {
    if (text.toLowerCase(Locale.ROOT).equals("auto")) {
      return TcpEstablished.AUTO;
    }
    return bool(text) ? TcpEstablished.TRUE : TcpEstablished.FALSE;
  }
}
