package io.nereid.domain.preflight;

import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import java.util.List;

/**
 * A running container and its host, as that host sees them.
 *
 * @param cpuImage CRIU's description of the processor, base64; empty when CRIU gives none
 * @param terminal whether its first process owns a terminal of the host
 * @param tcpMoves whether established connections are taken along
 * @param memoryBytes private and shared memory, without page cache
 * @param dirtyBytesPerSecond how fast it was rewriting memory for a moment; -1 when not known
 * @param filesBytes writable layer and read-only layer
 * @param dumpFreeBytes free space where its host writes checkpoints; -1 when not known
 */
public record ContainerFacts(
    ContainerId id,
    ContainerName name,
    NetworkSpec network,
    HostTraits source,
    String cpuImage,
    boolean terminal,
    boolean tcpMoves,
    long memoryBytes,
    long dirtyBytesPerSecond,
    long filesBytes,
    long dumpFreeBytes,
    List<BindMount> binds,
    Inside inside) {
  /** The longest {@code cpuImage} that is worth reading. */
  public static final int CPU_IMAGE_CHARS_MAX = 16_384;

  /** More bind mounts than this are not compared. */
  public static final int BINDS_MAX = 256;

  public ContainerFacts {
    binds = List.copyOf(binds);
  }
}
