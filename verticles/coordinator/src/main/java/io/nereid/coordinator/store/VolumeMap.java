package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.Volume;
import io.nereid.protocol.codec.WireCodec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which host has which volume, for everyone to read. A projection of what hosts report: lost with
 * the cluster, and rebuilt. Methods block and throw a {@link
 * io.nereid.domain.failure.FailureException}.
 */
public final class VolumeMap {
  private static final String SEPARATOR = "/";
  private final IMap<String, String> map;

  /** One entry. */
  public record Entry(NodeId host, Volume volume) {}

  public VolumeMap(HazelcastInstance hazelcast) {
    map = Maps.open(hazelcast, Maps.VOLUMES);
  }

  /** Everything. */
  public List<Entry> all() {
    return Access.to(
        "reading the volumes",
        () -> {
          List<Entry> entries = new ArrayList<>();
          map.forEach((key, value) ->
              entries.add(
                  new Entry(
                      new NodeId(key.substring(0, key.indexOf(SEPARATOR))),
                      WireCodec.decode(value, Volume.class))));
          return entries;
        });
  }

  /** One more at a host. */
  public void put(NodeId host, Volume volume) {
    Access.to(
        "writing a volume", () -> map.put(key(host, volume.name()), WireCodec.encodeText(volume)));
  }

  /** One fewer at a host. */
  public void remove(NodeId host, VolumeName name) {
    Access.to("removing a volume", () -> map.remove(key(host, name)));
  }

  /** Exactly these at a host. */
  public void replace(NodeId host, List<Volume> held) {
    Access.to(
        "writing the volumes of a host",
        () -> {
          Map<String, String> wanted = new HashMap<>();
          held.forEach(v -> wanted.put(key(host, v.name()), WireCodec.encodeText(v)));
          for (String key : List.copyOf(map.keySet())) {
            if (key.startsWith(host.value() + SEPARATOR) && !wanted.containsKey(key)) {
              map.remove(key);
            }
          }
          map.putAll(wanted);
          return null;
        });
  }

  private static String key(NodeId host, VolumeName name) {
    return host.value() + SEPARATOR + name.value();
  }
}
