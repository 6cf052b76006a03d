package io.nereid.coordinator.directory;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.recovery.Protection;
import io.nereid.domain.recovery.Recovery;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** How each container stands with regard to the loss of its host. Thread-safe; decides nothing. */
public final class Protections {
  private final Map<ContainerId, Protection> all = new ConcurrentHashMap<>();

  /** That of one container. */
  public Protection of(ContainerId id) {
    return all.getOrDefault(id, Protection.NONE);
  }

  /** Notes one; true when it is news. */
  public boolean put(ContainerId id, Protection protection) {
    return !protection.equals(all.put(id, protection));
  }

  /** Notes what becomes of one. */
  public void recovered(Recovery recovery) {
    all.compute(
        recovery.base().id(),
        (id, was) ->
            new Protection(
                was == null ? Optional.empty() : was.point(),
                Optional.of(recovery),
                Optional.empty()));
  }

  /** Forgets one. */
  public void remove(ContainerId id) {
    all.remove(id);
  }
}
