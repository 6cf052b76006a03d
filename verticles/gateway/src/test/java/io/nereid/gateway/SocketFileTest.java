package io.nereid.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.config.GatewayConfig;
import io.nereid.domain.failure.FailureException;
import io.nereid.gateway.testkit.Examples;
import io.nereid.gateway.testkit.FakeCluster;
import io.nereid.gateway.testkit.Http;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketFileTest {
  @TempDir Path dir;

  @Test
  void onlyTheOwnerMayOpenIt() throws Exception {
    try (FakeCluster cluster = new FakeCluster(dir).start()) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(cluster.socket())))
          .isEqualTo("rw-------");
    }
    try (Stream<Path> left = Files.list(dir)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void aSocketThatSomebodyLeftBehindIsReplaced() throws Exception {
    Path stale = dir.resolve("nereid.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(stale));
    }
    assertThat(stale).exists();
    try (FakeCluster cluster = new FakeCluster(dir).start()) {
      assertThat(Http.unix(cluster).get("/v1/ping").status()).isEqualTo(200);
    }
  }

  @Test
  void aSocketAtWhichSomebodyListensIsLeftAlone() throws Exception {
    Path taken = dir.resolve("nereid.sock");
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        FakeCluster cluster = new FakeCluster(dir)) {
      other.bind(UnixDomainSocketAddress.of(taken));
      assertThatThrownBy(cluster::start)
          .isInstanceOf(FailureException.class)
          .hasMessageContaining("somebody listens at " + taken);
    }
    assertThat(taken).exists();
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws Exception {
    Path file = Files.writeString(dir.resolve("nereid.sock"), "precious");
    try (FakeCluster cluster = new FakeCluster(dir)) {
      assertThatThrownBy(cluster::start).hasMessageContaining("exists and is no socket");
    }
    assertThat(file).hasContent("precious");
  }

  @Test
  void otherHostsAreNotLetIn() {
    try (FakeCluster cluster = new FakeCluster(dir)) {
      for (String host : List.of("0.0.0.0", "10.0.0.1")) {
        GatewayVerticle verticle =
            new GatewayVerticle(
                Examples.A, new GatewayConfig(cluster.socket(), host, cluster.port()), 0, "v");
        assertThatThrownBy(() -> FakeCluster.await(cluster.vertx().deployVerticle(verticle)))
            .hasMessageContaining("not this host's loopback");
      }
    }
  }
}
