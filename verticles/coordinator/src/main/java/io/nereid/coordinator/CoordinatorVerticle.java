package io.nereid.coordinator;

import com.hazelcast.core.HazelcastInstance;
import io.nereid.config.NereidConfig;
import io.nereid.coordinator.leader.LeaderPorts;
import io.nereid.coordinator.leader.Leadership;
import io.nereid.coordinator.membership.HazelcastMembership;
import io.nereid.coordinator.schedule.Budget;
import io.nereid.coordinator.store.Departures;
import io.nereid.coordinator.store.HazelcastMigrationStore;
import io.nereid.coordinator.store.HazelcastOwnershipLedger;
import io.nereid.coordinator.store.HazelcastSettings;
import io.nereid.coordinator.store.LayerMap;
import io.nereid.coordinator.store.LocationStore;
import io.nereid.coordinator.store.RecoveryStore;
import io.nereid.coordinator.store.SnapshotMap;
import io.nereid.coordinator.store.TermCounter;
import io.nereid.coordinator.store.VolumeMap;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Term;
import io.nereid.fault.FaultPoints;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordinator of one host: ready to lead, and leading while it is the oldest. Start fails with
 * CONFIG_INVALID when another member has the same host name.
 */
public final class CoordinatorVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorVerticle.class);
  private static final long NAMESAKE_EXTRA_MS = 2_000;
  private static final long NAMESAKE_LOOK_MS = 100;

  private final NereidConfig config;
  private final HazelcastInstance hazelcast;
  private final FaultPoints faults;
  private Leadership leadership;

  /**
   * Prepares.
   *
   * @param hazelcast the member that Vert.x uses, made from {@link HazelcastSettings}
   */
  public CoordinatorVerticle(NereidConfig config, HazelcastInstance hazelcast) {
    this(config, hazelcast, FaultPoints.NONE);
  }

  /**
   * Prepares one that tests can interrupt.
   *
   * @param faults where they do
   */
  public CoordinatorVerticle(NereidConfig config, HazelcastInstance hazelcast, FaultPoints faults) {
    this.config = config;
    this.hazelcast = hazelcast;
    this.faults = faults;
  }

  @Override
  public Future<?> start() {
    String warning = HazelcastSettings.warning(config.cluster());
    if (!warning.isEmpty()) {
      LOG.warn("{}", warning);
    }
    return offLoop(this::lead);
  }

  @Override
  public Future<?> stop() {
    return leadership == null
        ? Future.succeededFuture()
        : offLoop(this::sayGoodbye)
            .eventually(() -> Future.fromCompletionStage(leadership.close(), context));
  }

  /** Containers run on without their daemon: nobody is to bring them up elsewhere. */
  private void sayGoodbye() {
    try {
      new Departures(hazelcast).left(config.node().name(), Instant.now());
    } catch (RuntimeException e) {
      LOG.info("left without goodbye: {}", e.getMessage());
    }
  }

  /** The term in which this host's coordinator leads, if it does. */
  public Optional<Term> leads() {
    return leadership == null ? Optional.empty() : leadership.leads();
  }

  private void lead() {
    HazelcastMembership membership = new HazelcastMembership(hazelcast);
    requireOwnName(membership);
    new Departures(hazelcast).back(config.node().name());
    leadership =
        new Leadership(
            config.node().name(),
            new LeaderPorts(
                vertx,
                membership,
                new HazelcastOwnershipLedger(hazelcast),
                new HazelcastMigrationStore(hazelcast),
                new LocationStore(hazelcast),
                new SnapshotMap(hazelcast),
                new LayerMap(hazelcast),
                new VolumeMap(hazelcast),
                new TermCounter(hazelcast),
                new RecoveryStore(hazelcast),
                new Departures(hazelcast),
                config.network(),
                config.recovery(),
                HazelcastSettings.warning(config.cluster()).isEmpty(),
                config.snapshots().defaults().replicas(),
                new Budget(
                    config.snapshots().freezePercent(),
                    config.snapshots().bandwidthBytesPerSecond()),
                Clock.systemUTC(),
                faults));
    leadership.start();
  }

  /** After a crash the member's predecessor may still be counted for as long as a silence lasts. */
  private void requireOwnName(HazelcastMembership membership) {
    long waitMs = config.cluster().heartbeatTimeoutMs() + NAMESAKE_EXTRA_MS;
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    Optional<String> other = membership.olderNamesake();
    while (other.isPresent()) {
      if (System.nanoTime() > deadline) {
        throw new FailureException(
            Failure.refused(
                FailureCode.CONFIG_INVALID,
                "host name '"
                    + config.node().name()
                    + "' is in the cluster already, at "
                    + other.get(),
                "give this host another node.name"));
      }
      java.util.concurrent.locks.LockSupport.parkNanos(
          TimeUnit.MILLISECONDS.toNanos(NAMESAKE_LOOK_MS));
      other = membership.olderNamesake();
    }
  }

  private Future<Void> offLoop(Runnable work) {
    Promise<Void> promise = Promise.promise();
    Thread.ofVirtual()
        .name("coordinator-start")
        .start(() -> {
          try {
            work.run();
            promise.complete();
          } catch (RuntimeException e) {
            promise.fail(e);
          }
        });
    return promise.future();
  }
}
