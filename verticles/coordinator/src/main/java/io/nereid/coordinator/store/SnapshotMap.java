package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.protocol.codec.WireCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which host holds which snapshot, for everyone to read. A projection of what hosts report: lost
 * with the cluster, and rebuilt. Methods block and throw a {@link
 * io.nereid.domain.failure.FailureException}.
 */
public final class SnapshotMap {
  private static final String SEPARATOR = "/";
  private final IMap<String, String> map;

  /** One entry. */
  public record Entry(NodeId holder, Snapshot snapshot) {}

  public SnapshotMap(HazelcastInstance hazelcast) {
    map = Maps.open(hazelcast, Maps.SNAPSHOTS);
  }

  /** Everything. */
  public List<Entry> all() {
    return Access.to(
        "reading the snapshots",
        () -> {
          List<Entry> entries = new ArrayList<>();
          map.forEach((key, value) ->
              entries.add(
                  new Entry(
                      new NodeId(key.substring(0, key.indexOf(SEPARATOR))),
                      WireCodec.decode(value, Snapshot.class))));
          return entries;
        });
  }

  /** One more at a host. */
  public void put(NodeId holder, Snapshot snapshot) {
    Access.to(
        "writing a snapshot",
        () -> map.put(key(holder, snapshot.id()), WireCodec.encodeText(snapshot)));
  }

  /** One fewer at a host. */
  public void remove(NodeId holder, SnapshotId id) {
    Access.to("removing a snapshot", () -> map.remove(key(holder, id)));
  }

  /** Exactly these at a host. */
  public void replace(NodeId holder, List<Snapshot> held) {
    Access.to(
        "writing the snapshots of a host",
        () -> {
          Map<String, String> wanted = new HashMap<>();
          held.forEach(s -> wanted.put(key(holder, s.id()), WireCodec.encodeText(s)));
          for (String key : List.copyOf(map.keySet())) {
            if (key.startsWith(holder.value() + SEPARATOR) && !wanted.containsKey(key)) {
              map.remove(key);
            }
          }
          map.putAll(wanted);
          return null;
        });
  }

  private static String key(NodeId holder, SnapshotId id) {
    return holder.value() + SEPARATOR + id.value();
  }
}
