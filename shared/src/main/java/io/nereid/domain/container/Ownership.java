package io.nereid.domain.container;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import java.util.Optional;

/**
 * The decision who may run a container. Changed by compare-and-set only; every change of owner, and
 * every return to the old one, raises the epoch.
 *
 * @param owner the only host where it may run
 * @param stage how firm that is
 * @param migration the migration that this stage belongs to
 */
public record Ownership(
    ContainerId id,
    ContainerName name,
    NodeId owner,
    Epoch epoch,
    Stage stage,
    Optional<MigrationId> migration) {
  /** How firm an ownership is. */
  public enum Stage {
    /** The owner runs it. */
    HELD,
    /** The owner may run it and has not confirmed yet; the previous owner keeps its frozen copy. */
    GRANTED
  }
}
