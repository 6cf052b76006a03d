package io.nereid.domain.preflight;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.Capabilities;
import java.util.List;

/**
 * What of a host decides whether processes of another one can go on there.
 *
 * @param cpuFlags the processor's features as the kernel names them; empty when not known
 * @param bootId differs between any two running kernels; hosts of one machine share it
 */
public record HostTraits(
    NodeId host, Capabilities capabilities, List<String> cpuFlags, String bootId) {
  public HostTraits {
    cpuFlags = List.copyOf(cpuFlags);
  }
}
