package io.nereid.domain.preflight;

import java.util.List;
import java.util.Optional;

/**
 * A host to which a container may come, as that host sees itself.
 *
 * @param memoryFreeBytes memory that programs could have; -1 when not known
 * @param diskFreeBytes below its data directory; -1 when not known
 * @param cpu what CRIU says of the source's processor
 * @param nameTaken the container there that has the same name or id
 * @param addressTaken the container there that has the same address
 * @param bindSources identity of each bind mount's source there, in the order of the container's
 *     mounts; empty where there is nothing
 * @param portsTaken ports of the container on which something listens there; asked for only when
 *     the container uses the host's network
 */
public record TargetFacts(
    HostTraits host,
    long memoryFreeBytes,
    long diskFreeBytes,
    CpuMatch cpu,
    Optional<String> nameTaken,
    Optional<String> addressTaken,
    List<String> bindSources,
    List<Integer> portsTaken) {
  /** What CRIU says of a processor. */
  public enum CpuMatch {
    /** It has every instruction of the other. */
    FITS,
    /** It lacks some. */
    LACKS,
    /** CRIU could not be asked. */
    UNKNOWN
  }

  public TargetFacts {
    bindSources = List.copyOf(bindSources);
    portsTaken = List.copyOf(portsTaken);
  }
}
