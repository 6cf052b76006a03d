package io.nereid.coordinator.store;

import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.NetworkConfig;
import com.hazelcast.config.SplitBrainProtectionConfig;
import com.hazelcast.spi.merge.PutIfAbsentMergePolicy;
import com.hazelcast.splitbrainprotection.SplitBrainProtectionOn;
import io.nereid.config.ClusterConfig;
import io.nereid.domain.id.NodeId;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.UUID;

/**
 * The cluster member's configuration: explicit members only, quick detection of lost ones, no
 * licence-only parts. Nothing is left to defaults that would reach out by itself or wait for
 * minutes.
 */
public final class HazelcastSettings {
  /** Member attribute with the host's name. */
  public static final String NODE_ATTRIBUTE = "nereid.node";

  /** Member attribute that tells this process from its predecessors on the same host. */
  public static final String INCARNATION_ATTRIBUTE = "nereid.incarnation";

  /** Member attribute: "true" where a coordinator is deployed. */
  public static final String COORDINATOR_ATTRIBUTE = "nereid.coordinator";

  private static final String PROTECTION = "nereid.majority";
  private static final int BACKUPS = 2;
  private static final int MERGE_BATCH = 100;

  private HazelcastSettings() {}

  /**
   * Makes the configuration of one member.
   *
   * @param coordinator whether a coordinator will be deployed on this member
   */
  public static Config config(ClusterConfig cluster, NodeId node, boolean coordinator) {
    Config config = new Config();
    config.setClusterName(cluster.name());
    config.setInstanceName(null);
    config.getMemberAttributeConfig().setAttribute(NODE_ATTRIBUTE, node.value());
    // Not the member's own UUID: after a split that changes while the process lives on.
    config
        .getMemberAttributeConfig()
        .setAttribute(INCARNATION_ATTRIBUTE, UUID.randomUUID().toString());
    config
        .getMemberAttributeConfig()
        .setAttribute(COORDINATOR_ATTRIBUTE, Boolean.toString(coordinator));
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    network(config.getNetworkConfig(), cluster);
    properties(config, cluster);
    filter(config);
    maps(config, quorum(cluster));
    return config;
  }

  /** Everyone that the configuration names, this host included. */
  static Set<String> members(ClusterConfig cluster) {
    Set<String> members = new LinkedHashSet<>();
    members.add(cluster.host() + ":" + cluster.port());
    for (String other : cluster.join()) {
      members.add(other.contains(":") ? other : other + ":" + cluster.port());
    }
    return members;
  }

  /**
   * The fewest members that may change ownership. With one or two hosts that is one: a majority of
   * two would mean that a host that is alone with a frozen container could never thaw it.
   */
  public static int quorum(ClusterConfig cluster) {
    if (cluster.quorum() > 0) {
      return cluster.quorum();
    }
    int members = members(cluster).size();
    return members <= 2 ? 1 : members / 2 + 1;
  }

  /**
   * What to tell people at start about the limits of this configuration; empty when there is none.
   */
  public static String warning(ClusterConfig cluster) {
    if (quorum(cluster) > 1) {
      return "";
    }
    String why =
        cluster.quorum() == 1
            ? "cluster.quorum is 1"
            : "fewer than three hosts are named in cluster.join";
    return why
        + ": when hosts lose sight of each other, each side may change ownership on its own, and a"
        + " container may come to run twice. Name at least three hosts, or set cluster.quorum";
  }

  private static void network(NetworkConfig network, ClusterConfig cluster) {
    network.setPort(cluster.port());
    network.setPortAutoIncrement(false);
    network.setPublicAddress(cluster.host() + ":" + cluster.port());
    network.getInterfaces().setEnabled(true).addInterface(cluster.host());
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true);
    members(cluster).forEach(join.getTcpIpConfig()::addMember);
  }

  private static void properties(Config config, ClusterConfig cluster) {
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.socket.bind.any", "false");
    config.setProperty("hazelcast.partition.count", "31");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.max.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.merge.first.run.delay.seconds", "5");
    config.setProperty("hazelcast.merge.next.run.delay.seconds", "5");
    config.setProperty("hazelcast.operation.call.timeout.millis", "10000");
    // After the loss of a member an access is repeated soon: a container may be frozen meanwhile.
    config.setProperty("hazelcast.invocation.retry.pause.millis", "50");
    config.setProperty(
        "hazelcast.heartbeat.interval.seconds", seconds(cluster.heartbeatIntervalMs()));
    config.setProperty("hazelcast.max.no.heartbeat.seconds", seconds(cluster.heartbeatTimeoutMs()));
  }

  private static String seconds(int ms) {
    return Integer.toString(Math.max(1, (ms + 999) / 1000));
  }

  /** Member traffic is not authenticated; at least no class of other libraries is made from it. */
  private static void filter(Config config) {
    config
        .getSerializationConfig()
        .setJavaSerializationFilterConfig(
            new JavaSerializationFilterConfig()
                .setWhitelist(
                    new ClassFilter()
                        .addPrefixes("java.", "com.hazelcast.", "io.vertx.", "io.nereid.", "["))
                .setDefaultsDisabled(true));
  }

  private static void maps(Config config, int quorum) {
    config.addSplitBrainProtectionConfig(
        new SplitBrainProtectionConfig(PROTECTION, quorum > 1, Math.max(2, quorum))
            .setProtectOn(SplitBrainProtectionOn.READ_WRITE));
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(BACKUPS)
            .setValueCollectionType(MultiMapConfig.ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(BACKUPS));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(BACKUPS));
    config.addMapConfig(guarded(Maps.OWNERSHIP, MergePolicies.HigherEpoch.class.getName(), quorum));
    config.addMapConfig(guarded(Maps.NAMES, PutIfAbsentMergePolicy.class.getName(), quorum));
    config.addMapConfig(guarded(Maps.LEADER, MergePolicies.HigherNumber.class.getName(), quorum));
    config.addMapConfig(
        guarded(Maps.MIGRATIONS, MergePolicies.HigherVersion.class.getName(), quorum));
    config.addMapConfig(
        guarded(Maps.RECOVERIES, MergePolicies.HigherGrant.class.getName(), quorum));
    config.addMapConfig(map(Maps.DEPARTED, PutIfAbsentMergePolicy.class.getName()));
    config.addMapConfig(map(Maps.LOCATIONS, MergePolicies.NewerLocation.class.getName()));
    config.addMapConfig(map(Maps.SNAPSHOTS, PutIfAbsentMergePolicy.class.getName()));
    config.addMapConfig(map(Maps.LAYERS, PutIfAbsentMergePolicy.class.getName()));
    config.addMapConfig(map(Maps.NODES, PutIfAbsentMergePolicy.class.getName()));
  }

  private static MapConfig map(String name, String mergePolicy) {
    return new MapConfig(name)
        .setBackupCount(BACKUPS)
        .setMergePolicyConfig(new MergePolicyConfig(mergePolicy, MERGE_BATCH));
  }

  private static MapConfig guarded(String name, String mergePolicy, int quorum) {
    MapConfig map = map(name, mergePolicy);
    return quorum > 1 ? map.setSplitBrainProtectionName(PROTECTION) : map;
  }
}
