package io.nereid.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.config.CriuConfig.TcpEstablished;
import io.nereid.domain.id.NodeId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** For each record: its defaults, every setting set, what is rejected. */
class SectionsTest {
  @Nested
  class Node {
    @Test
    void defaults() {
      assertThat(Configs.read("").node())
          .isEqualTo(
              new NodeConfig(
                  new NodeId("box-7"),
                  Path.of("/var/lib/nereid"),
                  Path.of("/run/nereid"),
                  List.of("transfer", "nymph", "coordinator", "gateway"),
                  10_000,
                  Map.of()));
    }

    @Test
    void everySettingSet() {
      String yaml =
          """
          node:
            name: a
            dataDir: /d
            runDir: /r
            verticles: [gateway, coordinator]
            stopGraceMs: 3_000
            labels: [zone=x, rack=2/4]
          """;
      assertThat(Configs.read(yaml).node())
          .isEqualTo(
              new NodeConfig(
                  new NodeId("a"),
                  Path.of("/d"),
                  Path.of("/r"),
                  List.of("coordinator", "gateway"),
                  3_000,
                  Map.of("zone", "x", "rack", "2/4")));
    }

    @Test
    void rejections() {
      String yaml =
          """
          node:
            name: Host_A
            dataDir: relative/dir
            runDir: /var/lib/nereid/run
            verticles: [nymph, gatway]
            stopGraceMs: -1
          """;
      assertThat(Configs.problemsOf(yaml))
          .containsExactly(
              "f.yaml:2: node.name is 'Host_A' but must be 1 to 63 characters of a-z, 0-9 and '-',"
                  + " not at either end; leave it out for the host name, made valid",
              "f.yaml:3: node.dataDir is 'relative/dir' but must be an absolute path;"
                  + " leave it out for /var/lib/nereid",
              "f.yaml:3: node.dataDir '/var/lib/nereid' and node.runDir '/var/lib/nereid/run' lie"
                  + " inside each other; use two directories beside each other: one survives a"
                  + " reboot, one need not",
              "f.yaml:5: node.verticles is 'gatway' but must be one of transfer, nymph,"
                  + " coordinator, gateway; leave it out for transfer,nymph,coordinator,gateway",
              "f.yaml:5: node.verticles has nymph without transfer; add transfer: a nymph hands"
                  + " what moves to the transfer of its own process",
              "f.yaml:6: node.stopGraceMs is '-1' but must be a whole number from 0 to 45000;"
                  + " leave it out for 10000");
    }

    @Test
    void aHostNameBecomesAValidName() {
      assertThat(NodeConfig.fromHostName("Web_01.dc2")).isEqualTo(new NodeId("web-01"));
      assertThat(NodeConfig.fromHostName("-x-")).isEqualTo(new NodeId("x"));
      assertThat(NodeConfig.fromHostName("")).isEqualTo(new NodeId("host"));
      assertThat(NodeConfig.fromHostName("é")).isEqualTo(new NodeId("host"));
      assertThat(NodeConfig.fromHostName("a".repeat(200)).value()).hasSize(63);
    }
  }

  @Nested
  class Cluster {
    @Test
    void defaults() {
      assertThat(Configs.read("").cluster())
          .isEqualTo(
              new ClusterConfig("nereid", "127.0.0.1", 5701, 5702, List.of(), 0, 1_000, 5_000));
    }

    @Test
    void everySettingSet() {
      String yaml =
          """
          cluster:
            name: test.1
            host: 10.1.2.3
            port: 1001
            busPort: 1002
            join: [10.0.0.1, "b.example.org:5801"]
            quorum: 2
            heartbeatIntervalMs: 200
            heartbeatTimeoutMs: 700
          """;
      assertThat(Configs.read(yaml).cluster())
          .isEqualTo(
              new ClusterConfig(
                  "test.1",
                  "10.1.2.3",
                  1001,
                  1002,
                  List.of("10.0.0.1", "b.example.org:5801"),
                  2,
                  200,
                  700));
    }

    @Test
    void rejections() {
      String yaml =
          """
          cluster:
            name: "two words"
            host: 300.1.2.3
            port: 65536
            busPort: 0
            join: ["10.0.0.1:99999999"]
            quorum: many
            heartbeatIntervalMs: 1
            heartbeatTimeoutMs: 1e9
          """;
      assertThat(Configs.problemsOf(yaml))
          .hasSize(8)
          .anySatisfy(p -> assertThat(p).startsWith("f.yaml:2: cluster.name is 'two words'"))
          .anySatisfy(p -> assertThat(p).contains("cluster.join is '10.0.0.1:99999999'"))
          .anySatisfy(p -> assertThat(p).startsWith("f.yaml:3: cluster.host is '300.1.2.3'"))
          .anySatisfy(p -> assertThat(p).contains("cluster.port is '65536'"))
          .anySatisfy(p -> assertThat(p).contains("cluster.busPort is '0'"))
          .anySatisfy(p -> assertThat(p).contains("cluster.quorum is 'many'"))
          .anySatisfy(p -> assertThat(p).contains("cluster.heartbeatIntervalMs is '1'"))
          .anySatisfy(p -> assertThat(p).contains("cluster.heartbeatTimeoutMs is '1e9'"));
    }

    @Test
    void whoJoinsOthersIsReachedWhereItReachesThem() {
      assertThat(Configs.read("cluster: {join: ['10.0.0.1:5701']}").cluster().host())
          .isEqualTo("10.0.0.7");
      assertThat(Configs.problemsOf("cluster: {join: [nowhere]}"))
          .singleElement()
          .asString()
          .startsWith("f.yaml:1: cluster.join names 'nowhere', to which this host knows no way");
    }

    @Test
    void aTimeoutOfOneHeartbeatIsRefused() {
      assertThat(Configs.problemsOf("cluster: {heartbeatTimeoutMs: 1000}"))
          .singleElement()
          .asString()
          .contains("cluster.heartbeatTimeoutMs 1000 is less than three times");
    }
  }

  @Nested
  class Network {
    @Test
    void defaults() {
      assertThat(Configs.read("").network())
          .isEqualTo(
              new NetworkConfig("nereid0", Optional.empty(), "10.77.0.0/16", Optional.empty()));
    }

    @Test
    void everySettingSet() {
      String yaml =
          "network: {bridge: br1, uplink: eth1, subnet: 192.168.4.0/24, gateway: 192.168.4.1}";
      assertThat(Configs.read(yaml).network())
          .isEqualTo(
              new NetworkConfig(
                  "br1", Optional.of("eth1"), "192.168.4.0/24", Optional.of("192.168.4.1")));
    }

    @Test
    void rejections() {
      assertThat(Configs.problemsOf("network: {bridge: a-name-of-16-chr, uplink: 'a b'}"))
          .hasSize(2);
      assertThat(Configs.problemsOf("network: {bridge: x, uplink: x}")).hasSize(1);
      assertThat(Configs.problemsOf("network: {gateway: 10.78.0.1}")).hasSize(1);
      assertThat(Configs.problemsOf("network: {gateway: 10.77.255.255}")).hasSize(1);
      for (String subnet :
          List.of("10.77.0.0", "10.77.0.1/16", "10.77.0.0/31", "10.0.0/8", "x/16", "1.2.3.4/99")) {
        assertThat(Configs.problemsOf("network: {subnet: '" + subnet + "'}"))
            .singleElement()
            .asString()
            .contains("network.subnet is '" + subnet + "'");
      }
    }
  }

  @Nested
  class Transfer {
    @Test
    void defaults() {
      assertThat(Configs.read("").transfer())
          .isEqualTo(new TransferConfig(4470, 4471, 0, 0, 2, 10, 15_000, Optional.empty()));
    }

    @Test
    void everySettingSet() {
      String yaml =
          "transfer: {port: 1, controlPort: 2, bandwidthBytesPerSecond: 1000000,"
              + " finalBandwidthBytesPerSecond: 2000000, hashThreads: 7, nice: 0, retryMs: 0}";
      assertThat(Configs.read(yaml).transfer())
          .isEqualTo(new TransferConfig(1, 2, 1_000_000, 2_000_000, 7, 0, 0, Optional.empty()));
    }

    @Test
    void rejections() {
      String yaml =
          "transfer: {port: x, controlPort: 70000, bandwidthBytesPerSecond: 100,"
              + " finalBandwidthBytesPerSecond: 100, hashThreads: 65, nice: 20, retryMs: 1.5}";
      assertThat(Configs.problemsOf(yaml)).hasSize(7);
    }
  }

  @Nested
  class Move {
    @Test
    void defaults() {
      assertThat(Configs.read("").move()).isEqualTo(new MoveConfig(8, 1));
    }

    @Test
    void everySettingSet() {
      assertThat(Configs.read("move: {roundsMax: 3, threads: 2}").move())
          .isEqualTo(new MoveConfig(3, 2));
    }

    @Test
    void rejections() {
      assertThat(Configs.problemsOf("move: {roundsMax: 0, threads: 17}")).hasSize(2);
    }
  }

  @Nested
  class Criu {
    @Test
    void defaults() {
      assertThat(Configs.read("").criu())
          .isEqualTo(new CriuConfig(Path.of("/dumps"), TcpEstablished.AUTO, 120_000, 192L << 20));
    }

    @Test
    void everySettingSet() {
      assertThat(
              Configs.read(
                      "criu: {dumpPath: /tmpfs, tcpEstablished: false, deadlineMs: 5000,"
                          + " lazyFromBytes: 0}")
                  .criu())
          .isEqualTo(new CriuConfig(Path.of("/tmpfs"), TcpEstablished.FALSE, 5_000, 0));
    }

    @Test
    void rejections() {
      assertThat(Configs.problemsOf("criu: {dumpPath: d, tcpEstablished: yes, deadlineMs: 1}"))
          .hasSize(3)
          .anySatisfy(p -> assertThat(p).contains("criu.tcpEstablished is 'yes'"));
    }

    @Test
    void theBooleanFormsAreThoseOfGo() {
      for (String form : List.of("1", "t", "T", "TRUE", "true", "True")) {
        assertThat(tcp(form)).isEqualTo(TcpEstablished.TRUE);
      }
      for (String form : List.of("0", "f", "F", "FALSE", "false", "False")) {
        assertThat(tcp(form)).isEqualTo(TcpEstablished.FALSE);
      }
      for (String form : List.of("tRUE", "on", "no", "2")) {
        assertThat(Configs.problemsOf("criu: {tcpEstablished: '" + form + "'}")).hasSize(1);
      }
    }

    private TcpEstablished tcp(String form) {
      return Configs.read("criu: {tcpEstablished: '" + form + "'}").criu().tcpEstablished();
    }
  }

  @Nested
  class Gateway {
    @Test
    void defaults() {
      assertThat(Configs.read("").gateway())
          .isEqualTo(new GatewayConfig(Path.of("/run/nereid/nereid.sock"), "localhost", 1234));
    }

    @Test
    void everySettingSet() {
      assertThat(Configs.read("gateway: {socket: /s, host: 127.0.0.5, port: 0}").gateway())
          .isEqualTo(new GatewayConfig(Path.of("/s"), "127.0.0.5", 0));
    }

    @Test
    void rejections() {
      assertThat(Configs.problemsOf("gateway: {socket: s, host: 10.0.0.1, port: 65536}"))
          .hasSize(3)
          .anySatisfy(p -> assertThat(p).contains("no authentication yet"));
      assertThat(Configs.problemsOf("gateway: {host: 127.0.0.256}")).hasSize(1);
      assertThat(Configs.problemsOf("node: {runDir: /" + "r".repeat(100) + "}\nipc: {socket: off}"))
          .singleElement()
          .asString()
          .startsWith("f.yaml:1: gateway.socket")
          .contains("at most 107");
    }
  }

  @Nested
  class Ssh {
    private static final String ON = "transfer: {transport: ssh, sshUser: mover, sshKey: /k}";

    @Test
    void contentGoesThroughSshWhenThatIsAskedFor() {
      assertThat(Configs.read("").transfer().ssh()).isEmpty();
      assertThat(Configs.read(ON).transfer().ssh())
          .contains(
              new SshConfig(
                  22,
                  "mover",
                  Optional.empty(),
                  Optional.of(Path.of("/k")),
                  Path.of("/root/.ssh/known_hosts")));
    }

    @Test
    void somebodyHasToLogInWithSomething() {
      assertThat(Configs.problemsOf("transfer: {transport: ssh}"))
          .singleElement()
          .asString()
          .contains("SSH_USER");
      assertThat(Configs.problemsOf("transfer: {transport: ssh, sshUser: mover}"))
          .singleElement()
          .asString()
          .contains("SSH_PASSWORD");
      assertThat(Configs.problemsOf("transfer: {transport: scp}")).hasSize(1);
    }

    @Test
    void thePortOfTheEnvironmentIsThatOfTheTransport() {
      Map<String, String> environment =
          Map.of("FILE_TRANSFER_PORT", "2022", "SSH_USER", "mover", "SSH_PASSWORD", "hush");
      ConfigLoader loader = new ConfigLoader(Configs.HOST);
      TransferConfig direct = loader.load(Optional.empty(), environment, List.of()).transfer();
      assertThat(direct.port()).isEqualTo(2022);
      assertThat(direct.ssh()).isEmpty();
      var asked = new ConfigLoader.Chosen("transfer.transport", "ssh", "--x");
      var settings =
          loader.gather(Optional.empty(), environment, List.of(asked), new java.util.ArrayList<>());
      assertThat(TransferConfig.from(settings).ssh().orElseThrow().password())
          .contains(new Secret("hush"));
      assertThat(TransferConfig.from(settings).toString()).doesNotContain("hush");
    }
  }

  @Nested
  class Ipc {
    @Test
    void aContainersSocketHasAPlaceOrNone() {
      assertThat(Configs.read("").ipc().socket()).contains("/tmp/msc.sock");
      assertThat(Configs.read("ipc: {socket: /run/a-b.sock}").ipc().socket())
          .contains("/run/a-b.sock");
      assertThat(Configs.read("ipc: {socket: 'off'}").ipc().socket()).isEmpty();
      for (String wrong :
          List.of("tmp/x", "/", "/a/../b", "/proc/1/x", "/sys/x", "/a//b", "/a b")) {
        assertThat(Configs.problemsOf("ipc: {socket: '" + wrong + "'}"))
            .as(wrong)
            .singleElement()
            .asString()
            .startsWith("f.yaml:1: ipc.socket");
      }
    }

    @Test
    void theSocketsOnTheHostMustFitIntoAnAddress() {
      assertThat(Configs.problemsOf("node: {runDir: /" + "r".repeat(69) + "}")).isEmpty();
      assertThat(Configs.problemsOf("node: {runDir: /" + "r".repeat(70) + "}"))
          .singleElement()
          .asString()
          .contains("node.runDir has 71 bytes", "room for 70");
    }
  }

  @Nested
  class Logging {
    @Test
    void defaults() {
      assertThat(Configs.read("").logging()).isEqualTo(new LoggingConfig("info"));
    }

    @Test
    void everySettingSet() {
      assertThat(Configs.read("logging: {level: TRACE}").logging().level()).isEqualTo("trace");
    }

    @Test
    void rejections() {
      assertThat(Configs.problemsOf("logging: {level: loud}"))
          .containsExactly(
              "f.yaml:1: logging.level is 'loud' but must be one of trace, debug, info, warn,"
                  + " error, fatal, panic, disabled; leave it out for info");
    }
  }

  @Nested
  class Recovery {
    @Test
    void defaults() {
      assertThat(Configs.read("").recovery()).isEqualTo(RecoveryConfig.DEFAULT);
      assertThat(RecoveryConfig.DEFAULT.pingTimeout()).hasSeconds(5);
      assertThat(RecoveryConfig.DEFAULT.unasked(true)).isTrue();
      assertThat(RecoveryConfig.DEFAULT.unasked(false)).isFalse();
    }

    @Test
    void everySettingSet() {
      RecoveryConfig read =
          Configs.read(
                  "recovery: {auto: always, pingInterval: 0.5, pingTimeout: 7,"
                      + " pingTimeoutSource: 2}")
              .recovery();
      assertThat(read)
          .isEqualTo(
              new RecoveryConfig(
                  RecoveryConfig.Auto.ALWAYS,
                  Duration.ofMillis(500),
                  Duration.ofSeconds(7),
                  Duration.ofSeconds(2)));
      assertThat(read.unasked(false)).isTrue();
    }

    @Test
    void rejections() {
      assertThat(Configs.problemsOf("recovery: {auto: maybe, pingTimeout: 0, pingInterval: 3}"))
          .hasSize(3)
          .anySatisfy(p -> assertThat(p).contains("one lost ping"));
    }
  }
}
