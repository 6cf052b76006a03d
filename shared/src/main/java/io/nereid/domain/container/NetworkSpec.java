package io.nereid.domain.container;

import java.util.Optional;

/**
 * The network of one container; the same on every host it visits.
 *
 * @param address IPv4 address with prefix length, for example 10.77.0.5/16; only in bridge mode
 * @param gateway IPv4 address of the default route, if any
 * @param mac hardware address, derived from the address so that it is unique with it
 */
public record NetworkSpec(
    NetworkMode mode, Optional<String> address, Optional<String> gateway, Optional<String> mac) {
  /** No address at all. */
  public static NetworkSpec without(NetworkMode mode) {
    return new NetworkSpec(mode, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
