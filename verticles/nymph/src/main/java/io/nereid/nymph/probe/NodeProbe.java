package io.nereid.nymph.probe;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeInfo;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;

/**
 * This host as it reports itself. Reads a few small files per call: cheap, but not for an event
 * loop. Thread-safe.
 */
public final class NodeProbe {
  private final NodeId id;
  private final String address;
  private final String version;
  private final Map<String, String> labels;
  private final Path dataDir;
  private final Instant started;
  private final HostProbe probe;
  private final HostFiles files;

  /**
   * Describes a host.
   *
   * @param address at which other hosts reach it
   * @param version of Nereid
   * @param labels what people say of it
   * @param dataDir whose file system's free space is told
   */
  public NodeProbe(
      NodeId id,
      String address,
      String version,
      Map<String, String> labels,
      Path dataDir,
      Instant started,
      HostProbe probe) {
    this(id, address, version, labels, dataDir, started, probe, HostFiles.ofThisHost());
  }

  NodeProbe(
      NodeId id,
      String address,
      String version,
      Map<String, String> labels,
      Path dataDir,
      Instant started,
      HostProbe probe,
      HostFiles files) {
    this.id = id;
    this.address = address;
    this.version = version;
    this.labels = Map.copyOf(labels);
    this.dataDir = dataDir;
    this.started = started;
    this.probe = probe;
    this.files = files;
  }

  /** How it is now; figures that the kernel does not tell are 0. */
  public NodeInfo look() {
    return new NodeInfo(
        id,
        address,
        version,
        probe.capabilities(),
        Runtime.getRuntime().availableProcessors(),
        files.memoryTotalBytes(),
        files.memoryAvailableBytes(),
        DiskSpace.freeBytes(dataDir).orElse(0),
        files.load1(),
        started,
        labels);
  }
}
