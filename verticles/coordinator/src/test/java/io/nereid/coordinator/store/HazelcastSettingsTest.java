package io.nereid.coordinator.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import io.nereid.config.ClusterConfig;
import io.nereid.domain.id.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class HazelcastSettingsTest {
  private static ClusterConfig cluster(int quorum, String... join) {
    return new ClusterConfig("n", "10.0.0.1", 5701, 5702, List.of(join), quorum, 1_000, 3_500);
  }

  private static Config config(ClusterConfig cluster) {
    return HazelcastSettings.config(cluster, new NodeId("a"), true);
  }

  @Test
  void nothingReachesOutByItself() {
    Config config = config(cluster(0, "10.0.0.2"));
    var join = config.getNetworkConfig().getJoin();
    assertThat(join.getMulticastConfig().isEnabled()).isFalse();
    assertThat(join.getAutoDetectionConfig().isEnabled()).isFalse();
    assertThat(join.getTcpIpConfig().getMembers())
        .containsExactly("10.0.0.1:5701", "10.0.0.2:5701");
    assertThat(config.getProperty("hazelcast.phone.home.enabled")).isEqualTo("false");
    assertThat(config.getProperty("hazelcast.socket.bind.any")).isEqualTo("false");
    assertThat(config.getNetworkConfig().isPortAutoIncrement()).isFalse();
    assertThat(config.getNetworkConfig().getInterfaces().getInterfaces())
        .containsExactly("10.0.0.1");
    assertThat(config.getJetConfig().isEnabled()).isFalse();
    assertThat(config.getMetricsConfig().isEnabled()).isFalse();
  }

  @Test
  void waitsAreOfSecondsNotOfMinutes() {
    Config config = config(cluster(0));
    assertThat(config.getProperty("hazelcast.max.no.heartbeat.seconds")).isEqualTo("4");
    assertThat(config.getProperty("hazelcast.heartbeat.interval.seconds")).isEqualTo("1");
    assertThat(config.getProperty("hazelcast.operation.call.timeout.millis")).isEqualTo("10000");
    assertThat(config.getProperty("hazelcast.merge.first.run.delay.seconds")).isEqualTo("5");
  }

  @Test
  void theQuorumIsTheMajorityOfThoseConfiguredThisHostIncludedOnce() {
    assertThat(HazelcastSettings.quorum(cluster(0, "10.0.0.2", "10.0.0.3"))).isEqualTo(2);
    assertThat(HazelcastSettings.quorum(cluster(0, "10.0.0.1", "10.0.0.2", "10.0.0.3:5701")))
        .isEqualTo(2);
    assertThat(HazelcastSettings.quorum(cluster(0, "h2", "h3", "h4", "h5"))).isEqualTo(3);
    assertThat(HazelcastSettings.quorum(cluster(4, "h2"))).isEqualTo(4);
  }

  @Test
  void oneOrTwoHostsWorkAndPeopleAreToldWhatThatMeans() {
    assertThat(HazelcastSettings.quorum(cluster(0))).isEqualTo(1);
    assertThat(HazelcastSettings.quorum(cluster(0, "h2"))).isEqualTo(1);
    assertThat(HazelcastSettings.warning(cluster(0, "h2"))).contains("may come to run twice");
    assertThat(HazelcastSettings.warning(cluster(0, "h2", "h3"))).isEmpty();
    assertThat(
            config(cluster(0, "h2")).getMapConfig("nereid.ownership").getSplitBrainProtectionName())
        .isNull();
    assertThat(
            config(cluster(0, "h2", "h3"))
                .getMapConfig("nereid.ownership")
                .getSplitBrainProtectionName())
        .isNotNull();
  }

  @Test
  void whatMayNotBeLostHasTwoBackups() {
    Config config = config(cluster(0));
    assertThat(config.getMapConfig("nereid.ownership").getBackupCount()).isEqualTo(2);
    assertThat(config.getMapConfig("nereid.migrations").getBackupCount()).isEqualTo(2);
    assertThat(config.getMapConfig("__vertx.nodeInfo").getBackupCount()).isEqualTo(2);
    assertThat(config.getMultiMapConfig("__vertx.subs").getBackupCount()).isEqualTo(2);
  }
}
