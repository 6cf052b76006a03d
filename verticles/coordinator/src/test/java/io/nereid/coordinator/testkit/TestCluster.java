package io.nereid.coordinator.testkit;

import com.hazelcast.core.HazelcastInstance;
import io.nereid.bus.BusClient;
import io.nereid.bus.Incarnations;
import io.nereid.config.NereidConfig;
import io.nereid.config.NetworkConfig;
import io.nereid.config.NodeConfig;
import io.nereid.config.RecoveryConfig;
import io.nereid.config.SnapshotsConfig;
import io.nereid.coordinator.CoordinatorVerticle;
import io.nereid.coordinator.membership.HazelcastIncarnations;
import io.nereid.coordinator.membership.HazelcastMembership;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import io.nereid.protocol.message.CoordinatorMessages.NodesRequest;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** Several hosts in this JVM: a member, a coordinator and a fake nymph each. */
public final class TestCluster implements AutoCloseable {
  private static final long START_S = 30;

  /** One host. */
  public final class Host {
    public final NodeId id;
    public final int index;
    public final NymphModel model;
    public final SilentMaps maps = new SilentMaps();
    public FakeNymph nymph;
    public Vertx vertx;
    public HazelcastInstance hazelcast;
    public CoordinatorVerticle coordinator;

    Host(NodeId id, int index) {
      this.id = id;
      this.index = index;
      this.model = new NymphModel(id, TestCluster.this::reachable, TestCluster.this::watch);
    }

    public BusClient bus() {
      return new BusClient(vertx);
    }

    public boolean leads() {
      return coordinator.leads().isPresent();
    }

    /** Leaves without goodbye and unregisters nothing: the others find out by themselves. */
    public void crash() {
      hazelcast.getLifecycleService().terminate();
      if (nymph != null) {
        killNymph(false);
      }
      closeQuietly(vertx);
      vertx = null;
    }

    public void killNymph(boolean restoreCameThrough) {
      nymph.kill(restoreCameThrough);
      nymph = null;
    }

    public void startNymph() {
      // Reachable for others no later than it answers.
      nymph = new FakeNymph(vertx, model, world);
      nymph.start();
    }
  }

  private final Object world = new Object();
  public final Loopback loopback;
  private final Map<NodeId, Host> hosts = new LinkedHashMap<>();
  public volatile String violation;
  private RecoveryConfig recovery = RecoveryConfig.DEFAULT;

  public TestCluster(int capacity) {
    this(new Loopback(capacity, 1));
  }

  public TestCluster(Loopback loopback) {
    this.loopback = loopback;
  }

  /** With other times than the usual ones, in milliseconds. */
  public TestCluster pinging(long interval, long timeout, long timeoutSource) {
    recovery =
        new RecoveryConfig(
            RecoveryConfig.Auto.ALWAYS,
            Duration.ofMillis(interval),
            Duration.ofMillis(timeout),
            Duration.ofMillis(timeoutSource));
    return this;
  }

  /** A host has a snapshot. */
  public void hold(String node, Snapshot snapshot) {
    synchronized (world) {
      host(node).model.snapshots.add(snapshot);
    }
  }

  /** Starts one more host and waits until all others see it. */
  public Host start(String name) {
    return start(name, hosts.size());
  }

  /** Starts the host of that index, or starts it again. */
  public Host start(String name, int index) {
    NodeId id = new NodeId(name);
    Host host = hosts.computeIfAbsent(id, n -> new Host(n, index));
    HazelcastClusterManager manager =
        new HazelcastClusterManager(loopback.hazelcast(host.index, id));
    try {
      host.vertx =
          Vertx.builder()
              .with(
                  new VertxOptions()
                      .setEventBusOptions(
                          new EventBusOptions()
                              .setHost(Loopback.HOST)
                              .setPort(0)
                              .setClusterPingInterval(1_000)
                              .setClusterPingReplyInterval(10_000)))
              .withClusterManager(manager)
              .buildClustered()
              .await(START_S, TimeUnit.SECONDS);
      host.hazelcast = manager.getHazelcastInstance();
      Incarnations.install(host.vertx, new HazelcastIncarnations(host.hazelcast));
      host.startNymph();
      host.coordinator = new CoordinatorVerticle(config(host), host.maps.around(host.hazelcast));
      host.vertx.deployVerticle(host.coordinator).await(START_S, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("host " + name + " did not start", e);
    }
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() ->
            host.bus().askAndWait(Addresses.NODES, new NodesRequest()).nodes().stream()
                .anyMatch(n -> n.node().id().equals(id) && n.present()));
    return host;
  }

  private NereidConfig config(Host host) {
    return new NereidConfig(
        new NodeConfig(
            host.id, Path.of("/nowhere"), Path.of("/nowhere"), List.of(), 10_000, Map.of()),
        loopback.cluster(host.index),
        new NetworkConfig("br", Optional.empty(), "10.77.0.0/24", Optional.of("10.77.0.1")),
        null,
        null,
        null,
        null,
        null,
        null,
        SnapshotsConfig.DEFAULT,
        recovery);
  }

  public Host host(String name) {
    return hosts.get(new NodeId(name));
  }

  public Host awaitLeader() {
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> hosts.values().stream().anyMatch(h -> h.vertx != null && h.leads()));
    return hosts.values().stream()
        .filter(h -> h.vertx != null && h.leads())
        .findFirst()
        .orElseThrow();
  }

  private Optional<NymphModel> reachable(NodeId id) {
    return Optional.ofNullable(hosts.get(id)).filter(h -> h.nymph != null).map(h -> h.model);
  }

  /** Called under the world's lock at every change of a copy. */
  private void watch(String what) {
    Map<Object, Integer> running = new LinkedHashMap<>();
    for (Host host : hosts.values()) {
      host.model.copies.values().stream()
          .filter(c -> c.state() == ContainerState.RUNNING)
          .forEach(c -> running.merge(c.id(), 1, Integer::sum));
    }
    if (what.startsWith("VIOLATION") || running.values().stream().anyMatch(n -> n > 1)) {
      violation = what + ": " + running;
    }
  }

  /** Asks through a host that is up; with patience, as the gateway does, while nobody leads. */
  public <Q, R> R ask(Address<Q, R> address, Q request) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptionsMatching(e ->
            e instanceof FailureException f
                && f.failure().code() == FailureCode.NO_LEADER
                && f.failure().certainty() == Certainty.DID_NOT_RUN)
        .until(() -> bus().askAndWait(address, request), r -> true);
  }

  /** Makes and starts a container. */
  public Location run(String name, String node) {
    return ask(
        Addresses.RUN,
        new RunRequest(
            new NodeId(node),
            "/bundles/" + name,
            Optional.of(name),
            NetworkMode.BRIDGE,
            Optional.empty(),
            true));
  }

  public MigrationView migrate(String name, String target) {
    return ask(
        Addresses.MIGRATE,
        new MigrateRequest(name, Optional.ofNullable(target), MigrationOptions.DEFAULT));
  }

  /** Follows a migration through changes of leader until a condition holds. */
  public Migration await(MigrationId id, Predicate<Migration> condition) {
    return Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(() -> view(id).migration(), condition);
  }

  /** Its end, and the end of what is done after it. */
  public Migration awaitEnd(MigrationId id) {
    return await(id, m -> m.phase().isFinal() && m.waiting().isEmpty());
  }

  public MigrationView view(MigrationId id) {
    return ask(Addresses.MIGRATION, new MigrationRequest(id, -1, 0));
  }

  public Location locate(String ref) {
    return ask(Addresses.LOCATE, new LocateRequest(ref));
  }

  /** The bus of any host that is up. */
  public BusClient bus() {
    return hosts.values().stream()
        .filter(h -> h.vertx != null)
        .reduce((a, b) -> b)
        .orElseThrow()
        .bus();
  }

  /** What a nymph has of a container. */
  public Optional<ContainerStatus> copyAt(String node, ContainerId id) {
    synchronized (world) {
      return Optional.ofNullable(host(node).model.copies.get(id));
    }
  }

  public boolean isClean(String node) {
    synchronized (world) {
      return host(node).model.isClean();
    }
  }

  /** Loses a copy behind everyone's back. */
  public void forgetCopy(String node, ContainerId id) {
    synchronized (world) {
      host(node).model.copies.remove(id);
    }
  }

  /** The hosts that are up, in the order in which they would lead. */
  public List<Host> byAge() {
    Host any = hosts.values().stream().filter(h -> h.vertx != null).findFirst().orElseThrow();
    return new HazelcastMembership(any.hazelcast).present().stream().map(hosts::get).toList();
  }

  /** Ends every host; what is on their disks stays. */
  public void stopAll() {
    close();
    hosts.values().forEach(h -> h.vertx = null);
  }

  @Override
  public void close() {
    for (Host host : hosts.values()) {
      if (host.vertx != null) {
        if (host.nymph != null) {
          host.killNymph(false);
        }
        closeQuietly(host.vertx);
      }
    }
  }

  private static void closeQuietly(Vertx vertx) {
    try {
      vertx.close().await(START_S, TimeUnit.SECONDS);
    } catch (TimeoutException | RuntimeException e) {
      // A member that was terminated cannot say goodbye; there is nothing left of it to close.
      System.err.println("closing: " + e);
    }
  }
}
