package io.nereid.nymph.container;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.epoch.EpochGuard;
import java.util.List;
import java.util.Optional;

/** What containers are doing, put together from their records and from the system. */
public final class ContainerView {
  private final ContainerStore store;
  private final EpochGuard epochs;
  private final ContainerRuntime runtime;

  public ContainerView(ContainerStore store, EpochGuard epochs, ContainerRuntime runtime) {
    this.store = store;
    this.epochs = epochs;
    this.runtime = runtime;
  }

  /** All that are here, or coming here; not those that are being made or removed. */
  public List<ContainerStatus> all() {
    return store.all().stream()
        .filter(r ->
            r.stage() == ContainerRecord.Stage.READY || r.stage() == ContainerRecord.Stage.ARRIVING)
        .map(this::of)
        .toList();
  }

  /** One; NOT_FOUND when it is not here. */
  public ContainerStatus of(ContainerId id) {
    return of(store.get(id));
  }

  /** One, by its record. */
  public ContainerStatus of(ContainerRecord record) {
    Optional<Integer> pid = runtime.pid(record.id());
    return new ContainerStatus(
        record.id(),
        record.name(),
        state(record, pid),
        epochs.epoch(record.id()),
        pid,
        pid.isPresent() ? Optional.empty() : record.exitCode(),
        record.network(),
        record.command(),
        record.created(),
        record.started(),
        record.moves(),
        record.hold(),
        record.policy());
  }

  /** What it is doing. */
  public ContainerState state(ContainerRecord record) {
    return state(record, runtime.pid(record.id()));
  }

  private ContainerState state(ContainerRecord record, Optional<Integer> pid) {
    if (record.stage() == ContainerRecord.Stage.ARRIVING) {
      return ContainerState.RESTORING;
    }
    if (pid.isEmpty()) {
      return record.started().isPresent() ? ContainerState.STOPPED : ContainerState.CREATED;
    }
    if (!runtime.isFrozen(record.id())) {
      return ContainerState.RUNNING;
    }
    boolean leaving = record.hold().map(h -> h.role() == MigrationHold.Role.SOURCE).orElse(false);
    return leaving ? ContainerState.FROZEN : ContainerState.PAUSED;
  }
}
