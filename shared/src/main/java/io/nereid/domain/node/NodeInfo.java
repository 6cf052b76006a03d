package io.nereid.domain.node;

import io.nereid.domain.id.NodeId;
import java.time.Instant;
import java.util.Map;

/**
 * One host as it reports itself.
 *
 * @param address at which other hosts reach it
 * @param memoryTotalBytes physical memory
 * @param diskFreeBytes below the data directory
 * @param load1 load average of the last minute
 * @param labels what people say of it, for example zone=a
 */
public record NodeInfo(
    NodeId id,
    String address,
    String version,
    Capabilities capabilities,
    int cpus,
    long memoryTotalBytes,
    long memoryAvailableBytes,
    long diskFreeBytes,
    double load1,
    Instant started,
    Map<String, String> labels) {
  public NodeInfo {
    labels = labels == null ? Map.of() : Map.copyOf(labels);
  }
}
