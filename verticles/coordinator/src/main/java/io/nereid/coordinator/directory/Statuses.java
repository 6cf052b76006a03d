package io.nereid.coordinator.directory;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.container.Ownership;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Statuses that nobody reported. */
final class Statuses {
  private Statuses() {}

  /** One of which only the ownership is known. */
  static ContainerStatus unknown(Ownership ownership) {
    return new ContainerStatus(
        ownership.id(),
        ownership.name(),
        ContainerState.UNKNOWN,
        ownership.epoch(),
        Optional.empty(),
        Optional.empty(),
        NetworkSpec.without(NetworkMode.NONE),
        List.of(),
        Instant.EPOCH,
        Optional.empty(),
        0,
        Optional.empty());
  }

  /** What the target has of it until it reports by itself. */
  static ContainerStatus restoring(ContainerStatus before, Ownership granted) {
    return new ContainerStatus(
        before.id(),
        before.name(),
        ContainerState.RESTORING,
        granted.epoch(),
        Optional.empty(),
        Optional.empty(),
        before.network(),
        before.command(),
        before.created(),
        before.started(),
        before.moves(),
        before.hold(),
        before.policy());
  }
}
