package io.nereid.nymph.move;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import org.junit.jupiter.api.Test;

class InnerConnectionsTest {
  private static final String REST = " 01 00000000:00000000 00:00000000 00000000 0 0 1 1";

  private static String line(String local, String remote) {
    return "   0: " + local + " " + remote + REST;
  }

  @Test
  void aConnectionWithBothEndsHereIsFound() {
    List<String> both =
        List.of(line("0100007F:18EB", "0100007F:D431"), line("0100007F:D431", "0100007F:18EB"));
    assertThat(InnerConnections.any(both, List.of())).isTrue();
  }

  @Test
  void itIsFoundWhenOneEndTalksIpv4OverAnIpv6Socket() {
    List<String> client = List.of(line("0100007F:D431", "0100007F:18EB"));
    List<String> server =
        List.of(
            line("0000000000000000FFFF00000100007F:18EB", "0000000000000000FFFF00000100007F:D431"));
    assertThat(InnerConnections.any(client, server)).isTrue();
  }

  @Test
  void listenersAndConnectionsToOthersDoNotCount() {
    List<String> outer =
        List.of(
            line("00000000:18EB", "00000000:0000"),
            line("0200000A:18EB", "0300000A:D431"),
            line("0200000A:18EB", "0400000A:D431"));
    List<String> listeners =
        List.of(
            line("00000000000000000000000000000000:18EB", "00000000000000000000000000000000:0000"));
    assertThat(InnerConnections.any(outer, listeners)).isFalse();
  }

  @Test
  void whatCannotBeReadMayBeOne() {
    assertThat(InnerConnections.any(List.of("what is"), List.of())).isTrue();
    assertThat(InnerConnections.none(List.of(Integer.MAX_VALUE))).isFalse();
    assertThat(InnerConnections.none(List.of())).isFalse();
  }

  @Test
  void theKernelsOwnTablesAreUnderstood() throws IOException {
    int self = (int) ProcessHandle.current().pid();
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
      assertThat(InnerConnections.none(List.of(self))).isFalse();
    }
  }
}
