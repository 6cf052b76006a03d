package io.nereid.coordinator.recovery;

import io.nereid.coordinator.container.Nymphs;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.protocol.message.ContainerAction;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has copies removed that hosts have kept of containers that others have now. Under the epoch of
 * the ledger, so a host to which the container has come back meanwhile refuses.
 */
public final class StaleCopies {
  private static final Logger LOG = LoggerFactory.getLogger(StaleCopies.class);
  private final Nymphs nymphs;
  private final Set<String> underWay = ConcurrentHashMap.newKeySet();

  public StaleCopies(Nymphs nymphs) {
    this.nymphs = nymphs;
  }

  /** Has one removed; returns at once. What fails is asked for again with the next report. */
  public void remove(NodeId node, Ownership current) {
    String key = node + "/" + current.id();
    if (!underWay.add(key)) {
      return;
    }
    Thread.ofVirtual()
        .name("stale-" + current.id().value())
        .start(() -> {
          try {
            // With its volumes: they have come to the other host, too.
            nymphs.command(
                node, current.id(), current.epoch(), new ContainerAction.Remove(true, true));
            LOG.warn(
                "host '{}' had a copy of '{}' from before it came to '{}' (epoch {}): removed",
                node,
                current.name(),
                current.owner(),
                current.epoch());
          } catch (FailureException e) {
            if (e.failure().code() != FailureCode.NOT_FOUND) {
              LOG.info("the old copy of '{}' on '{}': {}", current.name(), node, e.getMessage());
            }
          } finally {
            underWay.remove(key);
          }
        });
  }
}
