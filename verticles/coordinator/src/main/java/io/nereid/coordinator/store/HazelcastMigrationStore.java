package io.nereid.coordinator.store;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.id.MigrationId;
import io.nereid.protocol.codec.WireCodec;
import java.util.List;
import java.util.Optional;

/** Migrations in a distributed map with the same majority rule as the ledger. */
public final class HazelcastMigrationStore implements MigrationStore {
  private final IMap<String, String> map;

  public HazelcastMigrationStore(HazelcastInstance hazelcast) {
    map = Maps.open(hazelcast, Maps.MIGRATIONS);
  }

  @Override
  public boolean create(MigrationRecord first) {
    return Access.to(
        "writing the migration down", () -> map.putIfAbsent(key(first), encode(first)) == null);
  }

  @Override
  public boolean replace(MigrationRecord previous, MigrationRecord next) {
    return Access.to(
        "writing the migration down", () -> map.replace(key(next), encode(previous), encode(next)));
  }

  @Override
  public Optional<MigrationRecord> read(MigrationId id) {
    return Access.to(
        "reading the migration", () -> Optional.ofNullable(map.get(id.value())).map(this::decode));
  }

  @Override
  public List<MigrationRecord> all() {
    return Access.to(
        "reading the migrations", () -> map.values().stream().map(this::decode).toList());
  }

  @Override
  public void remove(MigrationRecord last) {
    Access.to("removing a migration", () -> map.remove(key(last), encode(last)));
  }

  private static String key(MigrationRecord record) {
    return record.migration().id().value();
  }

  private static String encode(MigrationRecord record) {
    return WireCodec.encodeText(record);
  }

  private MigrationRecord decode(String text) {
    return WireCodec.decode(text, MigrationRecord.class);
  }
}
