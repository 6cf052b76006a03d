package io.nereid.protocol.address;

import io.nereid.domain.id.NodeId;
import java.util.Optional;

/**
 * A place on the event bus with the types that go there and come back.
 *
 * @param <Q> request
 * @param <R> reply
 * @param host whose it is; none when it is the leader's or everyone's
 * @param timeoutMs how long a caller waits for the reply
 */
public record Address<Q, R>(
    String name, Optional<NodeId> host, Class<Q> request, Class<R> reply, long timeoutMs) {
  /** One that is not a particular host's. */
  public Address(String name, Class<Q> request, Class<R> reply, long timeoutMs) {
    this(name, Optional.empty(), request, reply, timeoutMs);
  }

  /** The same service at one host. */
  public Address<Q, R> at(NodeId node) {
    return new Address<>(name + "." + node.value(), Optional.of(node), request, reply, timeoutMs);
  }

  /** True when whoever leads listens there, and not one host. */
  public boolean isLeaders() {
    return name.startsWith(Addresses.LEADER_PREFIX);
  }

  /**
   * What one incarnation of whoever listens there is registered under. Nobody else ever is, so that
   * what a dead one has left behind on the bus is never used.
   */
  public String of(String incarnation) {
    return name + "@" + incarnation;
  }

  /** The same with another limit on the wait for a reply. */
  public Address<Q, R> within(long ms) {
    return new Address<>(name, host, request, reply, ms);
  }
}
