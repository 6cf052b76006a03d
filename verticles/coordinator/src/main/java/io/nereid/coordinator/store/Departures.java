package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.id.NodeId;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which hosts' daemons were ended in good order: their containers run on, so nobody may take them
 * for dead. Methods block and throw a {@link io.nereid.domain.failure.FailureException}.
 */
public final class Departures {
  private final IMap<String, String> map;

  public Departures(HazelcastInstance hazelcast) {
    map = Maps.open(hazelcast, Maps.DEPARTED);
  }

  /** A daemon is about to end. */
  public void left(NodeId node, Instant at) {
    Access.to("saying goodbye", () -> map.put(node.value(), at.toString()));
  }

  /** A daemon is there again. */
  public void back(NodeId node) {
    Access.to("saying hello", () -> map.remove(node.value()));
  }

  /** Those that have left. */
  public Set<NodeId> all() {
    return Access.to(
        "reading who has left",
        () -> map.keySet().stream().map(NodeId::new).collect(Collectors.toUnmodifiableSet()));
  }
}
