package io.nereid.nymph.net;

import java.io.IOException;

/** Opens and closes a packet socket, so that its native calls are linked before they are needed. */
public final class NetworkRehearsal {
  private NetworkRehearsal() {}

  /** Sends nothing. */
  public static void run() throws IOException {
    for (int i = 0; i < 3; i++) {
      PacketSocket socket = PacketSocket.at("lo");
      try {
        socket.receive();
      } finally {
        socket.close();
      }
    }
  }
}
