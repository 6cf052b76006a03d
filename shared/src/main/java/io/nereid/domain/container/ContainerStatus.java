package io.nereid.domain.container;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One container as its host sees it.
 *
 * @param epoch the highest that this host has seen for it
 * @param pid of its first process on the host, when it has one
 * @param exitCode when it has ended
 * @param hold present while it takes part in a migration on this host
 * @param policy how it is protected by snapshots, if it is
 * @param moves how often it has been restored from a checkpoint
 */
public record ContainerStatus(
    ContainerId id,
    ContainerName name,
    ContainerState state,
    Epoch epoch,
    Optional<Integer> pid,
    Optional<Integer> exitCode,
    NetworkSpec network,
    List<String> command,
    Instant created,
    Optional<Instant> started,
    int moves,
    Optional<MigrationHold> hold,
    Optional<SnapshotPolicy> policy) {
  /** One that is not protected. */
  public ContainerStatus(
      ContainerId id,
      ContainerName name,
      ContainerState state,
      Epoch epoch,
      Optional<Integer> pid,
      Optional<Integer> exitCode,
      NetworkSpec network,
      List<String> command,
      Instant created,
      Optional<Instant> started,
      int moves,
      Optional<MigrationHold> hold) {
    this(
        id,
        name,
        state,
        epoch,
        pid,
        exitCode,
        network,
        command,
        created,
        started,
        moves,
        hold,
        Optional.empty());
  }
}
