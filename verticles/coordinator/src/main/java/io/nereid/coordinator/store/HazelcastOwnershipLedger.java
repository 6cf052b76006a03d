package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.codec.WireCodec;
import java.util.List;
import java.util.Optional;

/**
 * The ledger in a distributed map with a majority rule. What that cannot guarantee is written down
 * in docs/decisions/0002-ownership-ledger.md.
 */
public final class HazelcastOwnershipLedger implements OwnershipLedger {
  private final IMap<String, String> owners;
  private final IMap<String, String> names;

  public HazelcastOwnershipLedger(HazelcastInstance hazelcast) {
    owners = Maps.open(hazelcast, Maps.OWNERSHIP);
    names = Maps.open(hazelcast, Maps.NAMES);
  }

  @Override
  public Optional<Ownership> read(ContainerId id) {
    return Access.to(
        "reading the ledger", () -> Optional.ofNullable(owners.get(id.value())).map(this::decode));
  }

  @Override
  public List<Ownership> all() {
    return Access.to(
        "reading the ledger", () -> owners.values().stream().map(this::decode).toList());
  }

  @Override
  public boolean register(Ownership first) {
    return Access.to(
        "registering in the ledger",
        () -> {
          String id = first.id().value();
          if (!takeName(first.name().value(), id)) {
            return false;
          }
          return owners.putIfAbsent(id, encode(first)) == null;
        });
  }

  /** A name whose container has no entry was left behind by somebody who did not get further. */
  private boolean takeName(String name, String id) {
    String holder = names.putIfAbsent(name, id);
    if (holder == null || holder.equals(id)) {
      return true;
    }
    return owners.get(holder) == null && names.replace(name, holder, id);
  }

  @Override
  public boolean compareAndSet(Ownership expected, Ownership next) {
    return Access.to(
        "writing the ledger",
        () -> owners.replace(expected.id().value(), encode(expected), encode(next)));
  }

  @Override
  public boolean remove(Ownership expected) {
    return Access.to(
        "removing from the ledger",
        () -> {
          boolean removed = owners.remove(expected.id().value(), encode(expected));
          if (removed) {
            names.remove(expected.name().value(), expected.id().value());
          }
          return removed;
        });
  }

  private static String encode(Ownership ownership) {
    return WireCodec.encodeText(ownership);
  }

  private Ownership decode(String text) {
    return WireCodec.decode(text, Ownership.class);
  }
}
