package io.nereid.coordinator.snapshot;

import io.nereid.bus.BusClient;
import io.nereid.coordinator.membership.Membership;
import io.nereid.coordinator.store.LayerMap;
import io.nereid.coordinator.store.SnapshotMap;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.SnapshotMessages.Held;
import io.nereid.protocol.message.SnapshotMessages.HeldRequest;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which snapshots there are and who holds them. Blocks; safe for any virtual thread. */
public final class SnapshotDirectory {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotDirectory.class);
  private static final int SHOWN_MAX = 80;
  private final SnapshotMap map;
  private final LayerMap layers;
  private final Membership membership;
  private final BusClient bus;
  private final Map<NodeId, Long> versions = new ConcurrentHashMap<>();
  private final Set<NodeId> asking = ConcurrentHashMap.newKeySet();

  public SnapshotDirectory(SnapshotMap map, LayerMap layers, Membership membership, BusClient bus) {
    this.map = map;
    this.layers = layers;
    this.membership = membership;
    this.bus = bus;
  }

  /** A host has said which version of its snapshots it has: asks for them when that is news. */
  public void reported(NodeId node, long version) {
    Long known = versions.get(node);
    if ((known == null || known != version) && asking.add(node)) {
      Thread.ofVirtual().name("snapshots-of-" + node).start(() -> ask(node));
    }
  }

  private void ask(NodeId node) {
    try {
      Held held = bus.askAndWait(Addresses.HELD.at(node), new HeldRequest());
      map.replace(node, held.snapshots());
      layers.replace(node, held.layers());
      versions.put(node, held.version());
    } catch (RuntimeException e) {
      LOG.debug("the snapshots of host '{}' are asked for again: {}", node, e.getMessage());
    } finally {
      asking.remove(node);
    }
  }

  /** A host has one more. */
  public void added(NodeId node, Snapshot snapshot) {
    map.put(node, snapshot);
    versions.remove(node);
  }

  /** A host has one fewer. */
  public void removed(SnapshotPlace place) {
    map.remove(place.holder(), place.snapshot().id());
    versions.remove(place.holder());
  }

  /**
   * Every one, the newest first.
   *
   * @param all also those that only absent hosts hold
   */
  public List<SnapshotPlace> list(boolean all) {
    return map.all().stream()
        .map(e -> new SnapshotPlace(e.snapshot(), e.holder(), membership.isPresent(e.holder())))
        .filter(p -> all || p.present())
        .sorted(
            Comparator.comparing((SnapshotPlace p) -> p.snapshot().taken())
                .reversed()
                .thenComparing(p -> p.snapshot().id()))
        .toList();
  }

  /** The hosts that have a read-only layer and are there, in no order; nothing is promised. */
  public List<NodeId> holdersOfLayer(String digest) {
    return layers.among(membership.present(), digest);
  }

  /** All hosts that hold a snapshot, those that are there first. */
  public List<SnapshotPlace> holders(SnapshotId id) {
    return list(true).stream()
        .filter(p -> p.snapshot().id().equals(id))
        .sorted(Comparator.comparing(p -> !p.present()))
        .toList();
  }

  /**
   * One, at a host that is there when any is. Throws NOT_FOUND, or BAD_REQUEST when it could be
   * several.
   */
  public SnapshotPlace find(String ref) {
    if (ref == null || ref.isEmpty() || ref.length() > SHOWN_MAX) {
      throw refused(FailureCode.BAD_REQUEST, "that is no snapshot: 1 to 80 characters", "");
    }
    List<SnapshotPlace> all = list(true);
    List<SnapshotPlace> matches =
        all.stream().filter(p -> p.snapshot().id().value().equals(ref)).toList();
    if (matches.isEmpty()) {
      matches =
          all.stream().filter(p -> p.snapshot().label().filter(ref::equals).isPresent()).toList();
    }
    if (matches.isEmpty()) {
      matches = all.stream().filter(p -> p.snapshot().id().value().startsWith(ref)).toList();
    }
    if (matches.isEmpty()) {
      throw refused(
          FailureCode.NOT_FOUND,
          "there is no snapshot '" + shown(ref) + "'",
          "look at 'nereid snapshots -a'");
    }
    long snapshots = matches.stream().map(p -> p.snapshot().id()).distinct().count();
    if (snapshots > 1) {
      throw refused(
          FailureCode.BAD_REQUEST,
          "'" + shown(ref) + "' could be " + snapshots + " snapshots",
          "give its whole id; look at 'nereid snapshots -a'");
    }
    return holders(matches.getFirst().snapshot().id()).getFirst();
  }

  /** The same; NODE_LOST when its host is away. */
  public SnapshotPlace reachable(String ref) {
    SnapshotPlace place = find(ref);
    if (!place.present()) {
      throw refused(
          FailureCode.NODE_LOST,
          "host '"
              + place.holder()
              + "', which holds snapshot "
              + place.snapshot().id()
              + ", is not in the cluster at the moment",
          "start its daemon; look at 'nereid nodes'");
    }
    return place;
  }

  private static FailureException refused(FailureCode code, String message, String remedy) {
    return new FailureException(Failure.refused(code, message, remedy));
  }

  private static String shown(String ref) {
    return ref.replaceAll("\\p{Cntrl}", "\uFFFD");
  }
}
