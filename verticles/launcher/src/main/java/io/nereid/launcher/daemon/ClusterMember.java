package io.nereid.launcher.daemon;

import com.hazelcast.core.HazelcastInstance;
import io.nereid.bus.Incarnations;
import io.nereid.config.ClusterConfig;
import io.nereid.config.NereidConfig;
import io.nereid.coordinator.membership.HazelcastIncarnations;
import io.nereid.coordinator.store.HazelcastSettings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;

/** Makes this process a member of the cluster. */
record ClusterMember(Vertx vertx, HazelcastInstance hazelcast) {
  private static final long JOIN_MS_MAX = 60_000;
  private static final long PING_MS = 1_000;
  private static final int EVENT_LOOPS = 2;
  private static final int WORKERS = 8;
  private static final int INTERNAL_WORKERS = 4;

  static ClusterMember join(NereidConfig config) {
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
    boolean coordinator = config.node().verticles().contains("coordinator");
    HazelcastClusterManager manager =
        new HazelcastClusterManager(
            HazelcastSettings.config(cluster, config.node().name(), coordinator));
    Vertx vertx =
        Daemon.await(
            "joining the cluster",
            JOIN_MS_MAX,
            Vertx.builder().with(options).withClusterManager(manager).buildClustered());
    Incarnations.install(vertx, new HazelcastIncarnations(manager.getHazelcastInstance()));
    return new ClusterMember(vertx, manager.getHazelcastInstance());
  }
}
