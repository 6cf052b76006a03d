package io.nereid.nymph.move;

import io.nereid.domain.container.NetworkMode;
import io.nereid.nymph.container.ContainerRecord;

/** Whether established TCP connections move along. */
final class TcpPolicy {
  private TcpPolicy() {}

  static boolean moves(MoveParts parts, ContainerRecord record) {
    return switch (parts.criu().tcpEstablished()) {
      case TRUE -> true;
      case FALSE -> false;
      // In the host's network the address stays behind, so the connection could not go on.
      case AUTO -> record.network().mode() != NetworkMode.HOST;
    };
  }
}
