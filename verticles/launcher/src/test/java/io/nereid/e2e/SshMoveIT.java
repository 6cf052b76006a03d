package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.testkit.SshServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Moves to a host that lets nobody in at its transfer ports, only at its SSH server. */
@WithCluster(fresh = true)
class SshMoveIT {
  private static final int PORT = 2222;
  private static final String TABLE = "onlyssh";

  @Test
  void aContainerMovesThroughTheSshServerOfItsTarget(TestCluster cluster) throws IOException {
    Daemon a = cluster.a();
    Daemon b = cluster.b();
    Path dir = Files.createDirectories(cluster.playground().root().resolve("ssh"));
    Path known = dir.resolve("known_hosts");
    try (SshServer ssh =
        new SshServer(in(cluster, b), dir.resolve("server"), Names.address(b.host()), PORT)) {
      ssh.start();
      Files.writeString(known, ssh.knownHost());
      closeTransferPorts(cluster, b);
      Path file = a.dataDir().resolveSibling("nereid.yaml");
      Files.writeString(
          file,
          Files.readString(file)
              + """
              transfer:
                transport: ssh
                sshPort: %d
                sshUser: root
                sshKey: %s
                sshKnownHosts: %s
              """
                  .formatted(PORT, ssh.key(), known));
      assertThat(a.stop()).isTrue();
      cluster.restart(a);

      Counter counter = cluster.counterOn(a);
      MoveIT.assertSucceeded(counter.moveTo(b));
      counter.assertRunsOnlyOn(b);
      assertThat(Files.readString(ssh.log())).contains("Accepted publickey for root");
      // Whoever sends decides: b knows nothing of SSH.
      MoveIT.assertSucceeded(counter.moveWhenFree(a));
      assertThat(counter.awaitSettled()).isEqualTo(a);
      counter.awaitCounting();
      counter.assertUnbroken();
    } finally {
      cluster
          .tools()
          .attempt(in(cluster, b, "nft", "delete", "table", "inet", TABLE).toArray(String[]::new));
    }
  }

  private static void closeTransferPorts(TestCluster cluster, Daemon host) {
    must(cluster, host, "nft", "add", "table", "inet", TABLE);
    must(
        cluster,
        host,
        "nft",
        "add",
        "chain",
        "inet",
        TABLE,
        "in",
        "{ type filter hook input priority 0 ; }");
    must(
        cluster,
        host,
        "nft",
        "add",
        "rule",
        "inet",
        TABLE,
        "in",
        "iifname",
        "!=",
        "lo",
        "tcp",
        "dport",
        "{ 4470, 4471 }",
        "drop");
  }

  private static void must(TestCluster cluster, Daemon host, String... words) {
    cluster.tools().must(in(cluster, host, words).toArray(String[]::new));
  }

  private static List<String> in(TestCluster cluster, Daemon host, String... words) {
    Names names = cluster.playground().names();
    List<String> all =
        new java.util.ArrayList<>(
            List.of("nsenter", "--net=" + Names.netnsFile(names.netns(host.host())), "--"));
    all.addAll(List.of(words));
    return all;
  }
}
