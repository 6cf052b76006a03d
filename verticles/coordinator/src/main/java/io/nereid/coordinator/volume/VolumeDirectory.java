package io.nereid.coordinator.volume;

import io.nereid.bus.BusClient;
import io.nereid.coordinator.membership.Membership;
import io.nereid.coordinator.store.VolumeMap;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.Volume;
import io.nereid.domain.volume.VolumePlace;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.VolumeMessages.HeldVolumes;
import io.nereid.protocol.message.VolumeMessages.HeldVolumesRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which volumes there are and which hosts have them. Blocks; safe for any virtual thread. */
public final class VolumeDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeDirectory.class);
  private final VolumeMap map;
  private final Membership membership;
  private final BusClient bus;
  private final Map<NodeId, Long> versions = new ConcurrentHashMap<>();
  private final Set<NodeId> asking = ConcurrentHashMap.newKeySet();

  public VolumeDirectory(VolumeMap map, Membership membership, BusClient bus) {
    this.map = map;
    this.membership = membership;
    this.bus = bus;
  }

  /** A host has said which version of its volumes it has: asks for them when that is news. */
  public void reported(NodeId node, long version) {
    Long known = versions.get(node);
    if ((known == null || known != version) && asking.add(node)) {
      Thread.ofVirtual().name("volumes-of-" + node).start(() -> ask(node));
    }
  }

  private void ask(NodeId node) {
    try {
      HeldVolumes held = bus.askAndWait(Addresses.HELD_VOLUMES.at(node), new HeldVolumesRequest());
      map.replace(node, held.volumes());
      versions.put(node, held.version());
    } catch (RuntimeException e) {
      LOG.debug("the volumes of host '{}' are asked for again: {}", node, e.getMessage());
    } finally {
      asking.remove(node);
    }
  }

  /** Asks a host now, if it is there: what it has reported may be a second old. */
  public void refresh(NodeId node) {
    if (membership.isPresent(node)) {
      ask(node);
    }
  }

  /** The same for all hosts of which it is known that they have it. */
  public List<VolumePlace> refreshed(VolumeName name) {
    places(name).forEach(place -> refresh(place.host()));
    return places(name);
  }

  /** A host has one more. */
  public VolumePlace added(NodeId node, Volume volume) {
    map.put(node, volume);
    versions.remove(node);
    return place(node, volume);
  }

  /** A host has one fewer. */
  public void removed(NodeId node, VolumeName name) {
    map.remove(node, name);
    versions.remove(node);
  }

  /** All, by name and host. */
  public List<VolumePlace> list() {
    return map.all().stream()
        .map(e -> place(e.host(), e.volume()))
        .sorted(
            Comparator.comparing((VolumePlace p) -> p.volume().name())
                .thenComparing(p -> p.host().value()))
        .toList();
  }

  private VolumePlace place(NodeId node, Volume volume) {
    return new VolumePlace(volume, node, membership.isPresent(node));
  }

  /** Where those of a name are; NOT_FOUND when there is none. */
  public List<VolumePlace> find(VolumeName name) {
    List<VolumePlace> places = places(name);
    if (places.isEmpty()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "there is no volume '" + name + "'",
              "look at 'nereid volumes', or make it with 'nereid volumes create'"));
    }
    return places;
  }

  /** The same; empty when there is none. */
  public List<VolumePlace> places(VolumeName name) {
    return list().stream().filter(p -> p.volume().name().equals(name)).toList();
  }
}
