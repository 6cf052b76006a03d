package io.nereid.domain.node;

import io.nereid.domain.container.ContainerStatus;
import java.time.Instant;
import java.util.List;

/** Everything a nymph tells the coordinator: itself and all of its containers. */
public record NodeReport(NodeInfo node, List<ContainerStatus> containers, Instant at) {}
