package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkMode;
import io.nereid.nymph.container.ContainerRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether established TCP connections move along, and how many there are. */
final class TcpPolicy {
  private static final int LINES_MAX = 100_000;
  private static final String ESTABLISHED = "01";

  private TcpPolicy() {}

  static boolean moves(MoveParts parts, ContainerRecord record) {
    return switch (parts.criu().tcpEstablished()) {
      case TRUE -> true;
      case FALSE -> false;
      // In the host's network the address stays behind, so the connection could not go on.
      case AUTO -> record.network().mode() != NetworkMode.HOST;
    };
  }

  /** Established connections in the network namespace of a process, without loopback ones. */
  static int established(int pid) {
    return count(Path.of("/proc", Integer.toString(pid), "net", "tcp"))
        + count(Path.of("/proc", Integer.toString(pid), "net", "tcp6"));
  }

  /** Source: proc(5), /proc/net/tcp. */
  static int count(Path table) {
    try (var lines = Files.lines(table, StandardCharsets.US_ASCII)) {
      return (int)
          lines
              .skip(1)
              .limit(LINES_MAX)
              .map(line -> List.of(line.strip().split("\\s+")))
              .filter(words -> words.size() > 3 && words.get(3).equals(ESTABLISHED))
              .filter(words -> !words.get(1).startsWith("0100007F:"))
              .count();
    } catch (IOException | java.io.UncheckedIOException e) {
      return 0;
    }
  }
}
