package io.nereid.domain.node;

import io.nereid.domain.container.ContainerStatus;
import java.time.Instant;
import java.util.List;

/**
 * Everything a nymph tells the coordinator: itself and all of its containers.
 *
 * @param snapshots a number that changes with the snapshots that it holds; they are asked for
 * @param volumes a number that changes with the volumes that it has; they are asked for
 */
public record NodeReport(
    NodeInfo node, List<ContainerStatus> containers, Instant at, long snapshots, long volumes) {
  /** Of a host without volumes. */
  public NodeReport(NodeInfo node, List<ContainerStatus> containers, Instant at, long snapshots) {
    this(node, containers, at, snapshots, 0);
  }
}
