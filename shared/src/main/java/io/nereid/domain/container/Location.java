package io.nereid.domain.container;

import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.recovery.Protection;
import java.time.Instant;
import java.util.Optional;

/**
 * Where a container is: the read side of the location database.
 *
 * @param owner the only host where it may run
 * @param status as the owner reported it last
 * @param protection what becomes of it when its host is gone
 * @param ownerPresent false when the owner is not a member of the cluster at the moment
 */
public record Location(
    NodeId owner,
    ContainerStatus status,
    Optional<MigrationId> migration,
    boolean ownerPresent,
    Instant updated,
    Protection protection) {
  public Location {
    protection = protection == null ? Protection.NONE : protection;
  }
}
