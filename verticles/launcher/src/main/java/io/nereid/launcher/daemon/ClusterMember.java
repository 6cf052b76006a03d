package io.nereid.launcher.daemon;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import io.nereid.config.ClusterConfig;
import io.nereid.config.NereidConfig;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

/** Makes this process a member of the cluster. */
final class ClusterMember {
  private static final long JOIN_MS_MAX = 60_000;
  private static final long PING_MS = 1_000;
  private static final int EVENT_LOOPS = 2;
  private static final int WORKERS = 8;
  private static final int INTERNAL_WORKERS = 4;

  private ClusterMember() {}

  static Vertx join(NereidConfig config) {
    ClusterConfig cluster = config.cluster();
    VertxOptions options =
        new VertxOptions()
            .setEventLoopPoolSize(EVENT_LOOPS)
            .setWorkerPoolSize(WORKERS)
            .setInternalBlockingPoolSize(INTERNAL_WORKERS)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false))
            .setEventBusOptions(
                new EventBusOptions()
                    .setHost(cluster.host())
                    .setPort(cluster.busPort())
                    .setClusterPingInterval(PING_MS)
                    .setClusterPingReplyInterval(PING_MS));
    return Daemon.await(
        "joining the cluster",
        JOIN_MS_MAX,
        Vertx.builder()
            .with(options)
            .withClusterManager(new HazelcastClusterManager(hazelcast(cluster)))
            .buildClustered());
  }

  private static Config hazelcast(ClusterConfig cluster) {
    Config config = new Config();
    config.setClusterName(cluster.name());
    config.getNetworkConfig().setPort(cluster.port()).setPortAutoIncrement(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface(cluster.host());
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getMulticastConfig().setEnabled(false);
    join.getAutoDetectionConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).addMember(cluster.host() + ":" + cluster.port());
    cluster.join().forEach(join.getTcpIpConfig()::addMember);
    config.getJetConfig().setEnabled(false);
    config.getMetricsConfig().setEnabled(false);
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.shutdownhook.enabled", "false");
    config.setProperty("hazelcast.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.max.wait.seconds.before.join", "0");
    config.setProperty("hazelcast.partition.count", "31");
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs").setBackupCount(2).setValueCollectionType("SET"));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(2));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(2));
    return config;
  }
}
