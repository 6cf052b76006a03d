package io.nereid.coordinator.membership;

import io.nereid.domain.id.NodeId;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;

/** The hosts that are members at the moment. Never blocks; safe for any thread. */
public interface Membership {
  /** The members, the oldest first. */
  List<NodeId> present();

  /** The host whose coordinator leads: the oldest member that has one. */
  Optional<NodeId> leader();

  /**
   * Watches hosts come (true) and go (false).
   *
   * @return ends the watching
   */
  Runnable watch(BiConsumer<NodeId, Boolean> watcher);

  /** Whether a host is a member. */
  default boolean isPresent(NodeId node) {
    return present().contains(node);
  }
}
