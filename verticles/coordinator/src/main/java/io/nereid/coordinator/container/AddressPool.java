package io.nereid.coordinator.container;

import io.nereid.config.NetworkConfig;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Gives each container an address of its own. What is in use is known from the containers
 * themselves; what was given to one that is just being made, from here. Thread-safe.
 */
public final class AddressPool {
  private final Subnet subnet;
  private final Optional<String> gateway;
  private final Set<Integer> pending = new HashSet<>();
  private int last;

  /** Of the configured network. */
  public AddressPool(NetworkConfig config) {
    this.subnet = Subnet.parse(config.subnet());
    this.gateway = config.gateway();
    this.last = subnet.base();
  }

  /**
   * Takes an address until {@link #release}.
   *
   * @param used addresses of all containers, with or without prefix length
   */
  synchronized NetworkSpec take(
      NetworkMode mode, Optional<String> wanted, Collection<NetworkSpec> used) {
    if (mode != NetworkMode.BRIDGE) {
      if (wanted.isPresent()) {
        throw new FailureException(
            Failure.refused(
                FailureCode.BAD_REQUEST,
                "an address can only be given in network mode BRIDGE, not in " + mode,
                "leave one of the two out"));
      }
      return NetworkSpec.without(mode);
    }
    Set<Integer> taken = new HashSet<>(pending);
    gateway.flatMap(AddressPool::number).ifPresent(taken::add);
    used.forEach(n -> n.address().flatMap(AddressPool::number).ifPresent(taken::add));
    int address = wanted.isPresent() ? asked(wanted.get(), taken) : next(taken);
    pending.add(address);
    return new NetworkSpec(
        mode, Optional.of(subnet.withPrefix(address)), gateway, Optional.of(Subnet.mac(address)));
  }

  /** From now on the container itself, if it exists, says that the address is in use. */
  synchronized void release(NetworkSpec spec) {
    spec.address().flatMap(AddressPool::number).ifPresent(pending::remove);
  }

  private int asked(String wanted, Set<Integer> taken) {
    int address = subnet.wanted(wanted);
    if (taken.contains(address)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.ADDRESS_TAKEN,
              "address " + Subnet.text(address) + " is in use",
              "leave it out to get the next free one"));
    }
    return address;
  }

  /** Goes round, so that an address that was just given up rests for as long as possible. */
  private int next(Set<Integer> taken) {
    for (int i = 0; i <= subnet.hosts() + 1; i++) {
      last = subnet.isUsable(last + 1) ? last + 1 : subnet.base();
      if (subnet.isUsable(last) && !taken.contains(last)) {
        return last;
      }
    }
    throw new FailureException(
        Failure.refused(
            FailureCode.NO_SPACE,
            "all " + subnet.hosts() + " addresses of " + subnet + " are in use",
            "remove containers, or set a larger network.subnet"));
  }

  private static Optional<Integer> number(String text) {
    int slash = text.indexOf('/');
    OptionalInt address = Subnet.address(slash < 0 ? text : text.substring(0, slash));
    return address.isPresent() ? Optional.of(address.getAsInt()) : Optional.empty();
  }
}
