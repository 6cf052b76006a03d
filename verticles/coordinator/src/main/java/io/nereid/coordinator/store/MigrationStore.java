package io.nereid.coordinator.store;

import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.id.MigrationId;
import java.util.List;
import java.util.Optional;

/**
 * Where migrations are written down. Methods block for a few seconds at most and throw a {@link
 * io.nereid.domain.failure.FailureException}.
 */
public interface MigrationStore {
  /** Writes down a new one; false when its id is taken. */
  boolean create(MigrationRecord first);

  /** Replaces exactly {@code previous}; false when another coordinator has written meanwhile. */
  boolean replace(MigrationRecord previous, MigrationRecord next);

  /** One of them. */
  Optional<MigrationRecord> read(MigrationId id);

  /** All of them, in no order. */
  List<MigrationRecord> all();

  /** Forgets one that is over. */
  void remove(MigrationRecord last);
}
