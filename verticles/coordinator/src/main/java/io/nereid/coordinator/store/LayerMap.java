package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.id.NodeId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which host has which read-only layer, for everyone to read. A projection of what hosts report:
 * lost with the cluster, and rebuilt. Methods block and throw a {@link
 * io.nereid.domain.failure.FailureException}.
 */
public final class LayerMap {
  private static final String SEPARATOR = "/";
  private static final String HELD = "held";
  private final IMap<String, String> map;

  public LayerMap(HazelcastInstance hazelcast) {
    map = Maps.open(hazelcast, Maps.LAYERS);
  }

  /** Those of some hosts that have a layer. */
  public List<NodeId> among(List<NodeId> hosts, String digest) {
    return Access.to(
        "reading who has a layer",
        () -> hosts.stream().filter(h -> map.containsKey(key(h, digest))).toList());
  }

  /** Exactly these at a host. */
  public void replace(NodeId holder, List<String> digests) {
    Access.to(
        "writing the layers of a host",
        () -> {
          Map<String, String> wanted = new HashMap<>();
          digests.forEach(d -> wanted.put(key(holder, d), HELD));
          for (String key : List.copyOf(map.keySet())) {
            if (key.startsWith(holder.value() + SEPARATOR) && !wanted.containsKey(key)) {
              map.remove(key);
            }
          }
          map.putAll(wanted);
          return null;
        });
  }

  private static String key(NodeId holder, String digest) {
    return holder.value() + SEPARATOR + digest;
  }
}
