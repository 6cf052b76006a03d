package io.nereid.nymph.move;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.message.StepMessages.MoveDescription;

/**
 * A container that comes, as this host keeps it on disk until its own record says that it is here.
 *
 * @param epoch under which the stage was reached
 * @param closeConnections whether its established connections end here
 */
record Incoming(
    MigrationId migration,
    ContainerId container,
    NodeId source,
    MoveDescription move,
    Epoch epoch,
    Stage stage,
    boolean closeConnections) {
  /** How far it has come here. */
  enum Stage {
    /** Nothing of it can run yet. */
    RESERVED,
    /** A restore has begun and may have succeeded. */
    RESTORING
  }

  Incoming at(Stage next, Epoch under) {
    return new Incoming(migration, container, source, move, under, next, closeConnections);
  }
}
