package io.nereid.transfer.send;

import io.nereid.bounded.BoundedMap;
import io.nereid.port.SendRequest;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Receiving sessions that have been greeted and have all layers: their second set needs no
 * greeting, which would cost a round trip while a container is frozen. A session that is gone
 * meanwhile refuses the set itself. Thread-safe.
 */
public final class Greeted {
  private static final int KEPT_MAX = 1_000;

  private final Map<String, Set<String>> layersByToken = new BoundedMap<>(KEPT_MAX);

  /** A whole set has arrived, so the receiver speaks our protocol and has these layers. */
  synchronized void arrived(SendRequest request) {
    layersByToken
        .computeIfAbsent(request.ticket().token(), t -> new HashSet<>())
        .addAll(request.layers());
  }

  /** Whether the receiver has said all that a greeting would tell. */
  synchronized boolean knows(SendRequest request) {
    Set<String> there = layersByToken.get(request.ticket().token());
    return there != null && there.containsAll(request.layers());
  }
}
