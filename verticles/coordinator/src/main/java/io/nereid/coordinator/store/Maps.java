package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;

/** The names of the distributed maps. */
final class Maps {
  static final String OWNERSHIP = "nereid.ownership";
  static final String NAMES = "nereid.names";
  static final String MIGRATIONS = "nereid.migrations";
  static final String LOCATIONS = "nereid.locations";
  static final String NODES = "nereid.nodes";
  static final String SNAPSHOTS = "nereid.snapshots";
  static final String RECOVERIES = "nereid.recoveries";
  static final String DEPARTED = "nereid.departed";
  static final String LAYERS = "nereid.layers";
  static final String VOLUMES = "nereid.volumes";
  static final String LEADER = "nereid.leader";

  private Maps() {}

  static IMap<String, String> open(HazelcastInstance hazelcast, String name) {
    return hazelcast.getMap(name);
  }
}
