package io.nereid.domain.container;

/** How a container is connected. */
public enum NetworkMode {
  /** A network namespace of its own with an address in the cluster's network that moves along. */
  BRIDGE,
  /** The host's own network; connections cannot move. */
  HOST,
  /** A network namespace with a loopback device only. */
  NONE
}
