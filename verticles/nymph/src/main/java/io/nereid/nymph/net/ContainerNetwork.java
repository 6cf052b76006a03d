package io.nereid.nymph.net;

import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The network namespaces of this host's containers. Everything is journaled before it is made;
 * every method blocks, is idempotent, and throws a {@link
 * io.nereid.domain.failure.FailureException} of code RUNTIME_FAILED. Never called for containers in
 * the host's own network.
 */
public interface ContainerNetwork {
  /**
   * Makes namespace, devices, address and route, and returns the namespace's path for the runtime.
   * An existing one of this container is used as it is.
   *
   * @param parked nothing gets in or out until {@link #unpark}
   */
  Path create(ContainerId id, NetworkSpec spec, boolean parked);

  /** Puts the host's end on the bridge. */
  void attach(ContainerId id);

  /** Takes the host's end off the bridge; the container keeps its devices and connections. */
  void detach(ContainerId id);

  /** Tells the segment that the address is here now. */
  void announce(ContainerId id);

  /** Lets traffic through again, beginning with what arrived while parked. */
  void unpark(ContainerId id);

  /** Removes everything. */
  void remove(ContainerId id);

  /** The namespace, while there is one. */
  Optional<Path> namespace(ContainerId id);

  /**
   * After a restart of the daemon: takes over the networks of these containers and removes all
   * others of this host that the journal or the system shows.
   */
  void adopt(Map<ContainerId, NetworkSpec> containers);
}
