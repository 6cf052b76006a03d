package io.nereid.config;

import java.nio.file.Path;

/**
 * Checkpoint and restore.
 *
 * @param dumpPath where images are written (DUMP_PATH); each host uses a directory of its own below
 * @param tcpEstablished whether established TCP connections move along (CRIU_TCP_ESTABLISHED)
 * @param deadlineMs after which a run is reported as unknown; it is never killed
 */
public record CriuConfig(Path dumpPath, TcpEstablished tcpEstablished, long deadlineMs) {
  /** Whether established TCP connections move along. */
  public enum TcpEstablished {
    /** When the container's address moves with it. */
    AUTO,
    TRUE,
    FALSE
  }
}
