package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.recovery.Recovery;
import io.nereid.protocol.codec.WireCodec;
import java.util.List;
import java.util.Optional;

/**
 * Where recoveries are written down, the last one of each container, with the same majority rule as
 * the ledger. Methods block and throw a {@link io.nereid.domain.failure.FailureException}.
 */
public final class RecoveryStore {
  private final IMap<String, String> map;

  public RecoveryStore(HazelcastInstance hazelcast) {
    map = Maps.open(hazelcast, Maps.RECOVERIES);
  }

  /** All of them, in no order. */
  public List<Recovery> all() {
    return Access.to(
        "reading the recoveries",
        () -> map.values().stream().map(t -> WireCodec.decode(t, Recovery.class)).toList());
  }

  /** The last one of a container. */
  public Optional<Recovery> read(ContainerId id) {
    return Access.to(
        "reading the recovery",
        () ->
            Optional.ofNullable(map.get(id.value())).map(t -> WireCodec.decode(t, Recovery.class)));
  }

  /**
   * Writes the next one down; false when something else than the previous one stands there.
   *
   * @param previous absent: there must be none
   */
  public boolean write(Optional<Recovery> previous, Recovery next) {
    String key = next.base().id().value();
    return Access.to(
        "writing the recovery down",
        () ->
            previous.isPresent()
                ? map.replace(key, WireCodec.encodeText(previous.get()), WireCodec.encodeText(next))
                : map.putIfAbsent(key, WireCodec.encodeText(next)) == null);
  }

  /** Forgets that of a container that is gone for good. */
  public void remove(ContainerId id) {
    Access.to("removing a recovery", () -> map.remove(id.value()));
  }
}
