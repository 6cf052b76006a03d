package io.nereid.coordinator.driver;

import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.id.NodeId;

/** Learns what happens to migrations. Called on the driver's thread; must be quick. */
public interface MigrationListener {
  /** The record has changed. */
  void changed(MigrationRecord record);

  /** A container has come up on another host. */
  void arrived(NodeId node, ContainerStatus status);
}
