package io.nereid.coordinator.recovery;

import io.nereid.bus.BusClient;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.RecoveryMessages.Ping;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Asks hosts whether they live. One ping at a time for each; never blocks. */
final class Pinger {
  private final BusClient bus;
  private final Term term;
  private final Signs signs;
  private final long waitMs;
  private final Set<NodeId> asking = ConcurrentHashMap.newKeySet();

  Pinger(BusClient bus, Term term, Signs signs, Duration wait) {
    this.bus = bus;
    this.term = term;
    this.signs = signs;
    this.waitMs = wait.toMillis();
  }

  void ping(Collection<NodeId> nodes) {
    for (NodeId node : nodes) {
      if (asking.add(node)) {
        bus.ask(Addresses.PING.at(node).within(waitMs), new Ping(term))
            .onSuccess(pong -> signs.heard(node))
            .onComplete(end -> asking.remove(node));
      }
    }
  }
}
