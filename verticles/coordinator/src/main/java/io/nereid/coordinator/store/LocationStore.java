package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.container.Location;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeInfo;
import io.nereid.protocol.codec.WireCodec;
import java.util.List;
import java.util.Optional;

/**
 * Where containers are and what hosts are like, for everyone to read. A projection: it may lag, and
 * nothing is decided by it. Methods block and throw a {@link
 * io.nereid.domain.failure.FailureException}.
 */
public final class LocationStore {
  private final IMap<String, String> locations;
  private final IMap<String, String> nodes;

  public LocationStore(HazelcastInstance hazelcast) {
    locations = Maps.open(hazelcast, Maps.LOCATIONS);
    nodes = Maps.open(hazelcast, Maps.NODES);
  }

  /** Writes one location. */
  public void put(Location location) {
    Access.to(
        "writing a location",
        () -> locations.put(location.status().id().value(), WireCodec.encodeText(location)));
  }

  /** Forgets one. */
  public void remove(ContainerId id) {
    Access.to("removing a location", () -> locations.remove(id.value()));
  }

  /** One location. */
  public Optional<Location> read(ContainerId id) {
    return Access.to(
        "reading a location",
        () ->
            Optional.ofNullable(locations.get(id.value()))
                .map(t -> WireCodec.decode(t, Location.class)));
  }

  /** All locations. */
  public List<Location> all() {
    return Access.to(
        "reading the locations",
        () -> locations.values().stream().map(t -> WireCodec.decode(t, Location.class)).toList());
  }

  /** Remembers what a host is like. */
  public void putNode(NodeInfo node) {
    Access.to("writing a host", () -> nodes.put(node.id().value(), WireCodec.encodeText(node)));
  }

  /** Every host that was ever seen by the running cluster. */
  public List<NodeInfo> nodes() {
    return Access.to(
        "reading the hosts",
        () -> nodes.values().stream().map(t -> WireCodec.decode(t, NodeInfo.class)).toList());
  }

  /** One host. */
  public Optional<NodeInfo> node(NodeId id) {
    return Access.to(
        "reading a host",
        () ->
            Optional.ofNullable(nodes.get(id.value()))
                .map(t -> WireCodec.decode(t, NodeInfo.class)));
  }
}
