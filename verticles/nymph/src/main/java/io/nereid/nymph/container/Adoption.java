package io.nereid.nymph.container;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.net.ContainerNetwork;
import io.nereid.nymph.runtime.Runc;
import io.nereid.nymph.runtime.RuntimeState;
import io.nereid.nymph.volume.VolumeClaims;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a daemon does before it serves anything: takes over the containers that run, records the end
 * of those that have ended meanwhile, finishes what was interrupted, and removes what belongs to
 * nobody. Containers that a migration holds stay exactly as they are. Blocks; one failure does not
 * keep it from the rest.
 */
public final class Adoption {
  private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);
  private final ContainerStore store;
  private final ContainerLife life;
  private final ContainerRuntime runtime;
  private final Runc runc;
  private final ContainerNetwork network;
  private final VolumeClaims volumes;
  private final Leftovers leftovers;
  private final Clock clock;

  public Adoption(
      ContainerStore store,
      ContainerLife life,
      ContainerRuntime runtime,
      Runc runc,
      ContainerNetwork network,
      VolumeClaims volumes,
      Leftovers leftovers,
      Clock clock) {
    this.store = store;
    this.life = life;
    this.runtime = runtime;
    this.runc = runc;
    this.network = network;
    this.volumes = volumes;
    this.leftovers = leftovers;
    this.clock = clock;
  }

  /**
   * Adopts everything.
   *
   * @param reserved containers without a record here for which a migration has made something
   */
  public void run(Set<ContainerId> reserved) {
    leftovers.emptyTrash();
    store
        .unreadable()
        .forEach((path, why) -> LOG.warn("left alone, not a container of ours: {}: {}", path, why));
    for (ContainerRecord record : store.all()) {
      attempt("container " + record.id(), record, this::adopt);
    }
    Map<ContainerId, NetworkSpec> networks = new HashMap<>();
    Set<ContainerId> inUse = new HashSet<>(reserved);
    for (ContainerRecord record : store.all()) {
      if (record.hold().isPresent() || runtime.pid(record.id()).isPresent()) {
        inUse.add(record.id());
        attempt("socket of " + record.id(), record, runtime::listenAgain);
        if (record.network().mode() != NetworkMode.HOST) {
          networks.put(record.id(), record.network());
        }
      }
    }
    attempt("networks", networks, network::adopt);
    attempt("volumes", volumes, VolumeClaims::resume);
    attempt("leftovers", inUse, leftovers::remove);
  }

  private static <T> void attempt(String what, T subject, Consumer<T> action) {
    try {
      action.accept(subject);
    } catch (RuntimeException e) {
      // Everything else still has to be adopted; what failed is reported as it is.
      LOG.error("taking over {} failed", what, e);
    }
  }

  private void adopt(ContainerRecord record) {
    boolean arriving =
        record.stage() == ContainerRecord.Stage.ARRIVING
            || record.stage() == ContainerRecord.Stage.STAGED;
    if (record.hold().isPresent() || arriving) {
      LOG.info("container {} is held by a migration and stays as it is", record.id());
      return;
    }
    switch (record.stage()) {
      case CREATING, REMOVING -> {
        LOG.info("removing container {}: it was {}", record.id(), record.stage());
        life.erase(record.id());
      }
      case READY -> adoptReady(record);
      case ARRIVING, STAGED -> throw new IllegalStateException("handled above");
    }
  }

  private void adoptReady(ContainerRecord record) {
    Optional<RuntimeState> state = runc.state(record.id());
    boolean alive = runtime.pid(record.id()).isPresent();
    boolean begun =
        state
            .map(s ->
                s.status() == RuntimeState.Status.RUNNING
                    || s.status() == RuntimeState.Status.PAUSED)
            .orElse(false);
    if (alive && begun) {
      boolean recorded = record.started().isPresent() && record.finished().isEmpty();
      if (!recorded) {
        store.update(record.id(), r -> r.withStart(clock.instant()));
      }
      LOG.info("took over running container {} ({})", record.name(), record.id());
      return;
    }
    life.reap(record);
    // Also what an interrupted start has left, and what runs without the runtime knowing it.
    runtime.clearLeftovers(store.get(record.id()));
  }
}
