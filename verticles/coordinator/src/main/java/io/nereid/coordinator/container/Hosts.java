package io.nereid.coordinator.container;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeView;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Chooses and refuses hosts. Pure. */
final class Hosts {
  private Hosts() {}

  /** The present host with the most available memory that is not the source. */
  static NodeId choose(NodeId source, List<NodeView> nodes) {
    Optional<NodeView> best =
        nodes.stream()
            .filter(n -> n.present() && !n.node().id().equals(source))
            .filter(n -> n.node().capabilities().problems().isEmpty())
            .max(
                Comparator.comparingLong((NodeView n) -> n.node().memoryAvailableBytes())
                    .thenComparing(n -> n.node().id(), Comparator.reverseOrder()));
    return best.orElseThrow(() ->
            new FailureException(
                Failure.refused(
                    FailureCode.UNKNOWN_NODE,
                    "there is no other host that could take the container",
                    "start a daemon on another host; look at 'nereid nodes'")))
        .node()
        .id();
  }

  /** The named target, checked. */
  static NodeId check(NodeId target, NodeId source, List<NodeView> nodes) {
    if (target.equals(source)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.SAME_NODE,
              "the container is on host '" + target + "' already",
              "name another host, or none to let one be chosen"));
    }
    NodeView view =
        nodes.stream()
            .filter(n -> n.node().id().equals(target))
            .findFirst()
            .orElseThrow(() -> unknown(target));
    if (!view.present()) {
      throw lost(target, "target");
    }
    return target;
  }

  static FailureException unknown(NodeId node) {
    return new FailureException(
        Failure.refused(
            FailureCode.UNKNOWN_NODE,
            "there is no host '" + node + "' in the cluster",
            "look at 'nereid nodes'"));
  }

  static FailureException lost(NodeId node, String role) {
    return new FailureException(
        Failure.refused(
            FailureCode.NODE_LOST,
            "host '" + node + "', the " + role + ", is not in the cluster at the moment",
            "start its daemon; look at 'nereid nodes'"));
  }
}
