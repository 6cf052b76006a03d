package io.nereid.port;

import io.nereid.domain.container.Ownership;
import io.nereid.domain.id.ContainerId;
import java.util.List;
import java.util.Optional;

/**
 * Decides who may run a container. One implementation is authoritative for the whole cluster; each
 * method blocks for at most a few seconds and throws a {@link
 * io.nereid.domain.failure.FailureException} of certainty UNKNOWN when it could not learn whether
 * the change happened: then read again before acting.
 */
public interface OwnershipLedger {
  /** The current decision. */
  Optional<Ownership> read(ContainerId id);

  /** All decisions. */
  List<Ownership> all();

  /** Registers a container that has none yet; false when it has one, or its name is taken. */
  boolean register(Ownership first);

  /** Replaces exactly {@code expected}; false when anything else stands there. */
  boolean compareAndSet(Ownership expected, Ownership next);

  /** Removes exactly {@code expected}, when the container is gone for good. */
  boolean remove(Ownership expected);
}
