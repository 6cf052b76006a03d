package io.nereid.protocol.message;

import io.nereid.domain.container.Location;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.recovery.Recovery;

/** What is published for everyone who watches; losing one is harmless. */
public sealed interface NereidEvent {
  /** A container appeared or changed. */
  record ContainerChanged(Location location) implements NereidEvent {}

  /** A container is gone for good. */
  record ContainerRemoved(String id, String name) implements NereidEvent {}

  /** A migration changed phase or made progress. */
  record MigrationChanged(long version, Migration migration) implements NereidEvent {}

  /** What became of a container of a host that is gone, so far. */
  record RecoveryChanged(Recovery recovery) implements NereidEvent {}

  /** A host came or went. */
  record NodeChanged(NodeId node, boolean present) implements NereidEvent {}
}
