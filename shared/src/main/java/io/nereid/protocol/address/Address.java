package io.nereid.protocol.address;

import io.nereid.domain.id.NodeId;

/**
 * A place on the event bus with the types that go there and come back.
 *
 * @param <Q> request
 * @param <R> reply
 * @param timeoutMs how long a caller waits for the reply
 */
public record Address<Q, R>(String name, Class<Q> request, Class<R> reply, long timeoutMs) {
  /** The same service at one host. */
  public Address<Q, R> at(NodeId node) {
    return new Address<>(name + "." + node.value(), request, reply, timeoutMs);
  }

  /** True when whoever leads listens there, and not one host. */
  public boolean isLeaders() {
    return name.startsWith(Addresses.LEADER_PREFIX);
  }

  /** The same with another limit on the wait for a reply. */
  public Address<Q, R> within(long ms) {
    return new Address<>(name, request, reply, ms);
  }
}
