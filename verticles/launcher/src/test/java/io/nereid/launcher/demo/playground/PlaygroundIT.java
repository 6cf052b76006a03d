package io.nereid.launcher.demo.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The playground without daemons. */
@RequiresRuntime
class PlaygroundIT {
  private static final long BYTES = 1 << 20;
  private final Tools tools = new Tools(SystemProcessRunner.ofThisHost());
  private final Playground playground =
      new Playground(tools, Playground.Plan.of(2, BYTES, JavaProgram.of(Path.of("none.jar"))));
  private final Names names = playground.names();

  @AfterEach
  void removeIt() {
    assertThat(new Sweeper(tools, names).sweep()).isEmpty();
  }

  @Test
  void clientReachesHostsAndHostsReachEachOther() throws IOException {
    playground.make();
    try (ServerSocket server =
        NetNs.call(
            Names.netnsFile(names.netns("b")),
            () -> new ServerSocket(0, 1, InetAddress.getByName(Names.address("b"))))) {
      InetSocketAddress there = new InetSocketAddress(Names.address("b"), server.getLocalPort());
      for (Path from : new Path[] {playground.clientNetns(), Names.netnsFile(names.netns("a"))}) {
        try (Socket socket = NetNs.call(from, () -> connected(there))) {
          assertThat(socket.isConnected()).isTrue();
        }
      }
    }
  }

  @Test
  void aCableThatWasCutAndMendedCarriesAgain() throws IOException {
    playground.make();
    Daemon b = playground.daemon("b");
    try (ServerSocket server =
        NetNs.call(
            Names.netnsFile(names.netns("b")),
            () -> new ServerSocket(0, 1, InetAddress.getByName(Names.address("b"))))) {
      InetSocketAddress there = new InetSocketAddress(Names.address("b"), server.getLocalPort());
      playground.link(b, false);
      assertThatThrownBy(() -> NetNs.call(playground.clientNetns(), () -> connected(there)))
          .isInstanceOf(IOException.class);
      playground.link(b, true);
      // The kernel takes up to a second to believe that a carrier is back.
      await()
          .atMost(Duration.ofSeconds(20))
          .ignoreExceptions()
          .until(() -> {
            try (Socket socket = NetNs.call(playground.clientNetns(), () -> connected(there))) {
              return socket.isConnected();
            }
          });
    }
  }

  @Test
  void theMachinesOwnNamespaceGetsNoDevice() throws IOException {
    try (var before = Files.list(Path.of("/sys/class/net"));
        var after = Files.list(Path.of("/sys/class/net"))) {
      var devices = before.toList();
      playground.make();
      assertThat(after.toList()).isEqualTo(devices);
    }
  }

  @Test
  void whatIsLeftIsFoundAndSwept() throws IOException {
    playground.make();
    Path mounted = Files.createDirectories(playground.root().resolve("a/data/mounted"));
    tools.must("mount", "-t", "tmpfs", "tmpfs", mounted.toString());
    Path kept = Files.writeString(mounted.resolve("file"), "");
    assertThatThrownBy(() -> Trees.delete(playground.root())).hasMessageContaining("mounted");
    assertThat(kept).exists();
    assertThat(Leftovers.of(names))
        .anyMatch(line -> line.startsWith("mount " + mounted))
        .anyMatch(line -> line.startsWith("network namespace"))
        .contains("directory " + playground.root());
    assertThat(new Sweeper(tools, names).sweep()).isEmpty();
    assertThat(Leftovers.of(names)).isEmpty();
  }

  @Test
  void nothingIsMadeAfterClosing() {
    playground.close();
    assertThatThrownBy(playground::make).hasMessageContaining("being removed");
    assertThat(Leftovers.of(names)).isEmpty();
  }

  private static Socket connected(InetSocketAddress there) throws IOException {
    Socket socket = new Socket();
    socket.connect(there, 1_000);
    return socket;
  }
}
