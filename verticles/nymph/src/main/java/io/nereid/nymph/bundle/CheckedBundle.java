package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A bundle that keeps the rules.
 *
 * @param directory the real path of it
 * @param original its config.json as it is
 * @param config the same, read
 * @param rootfs the real path of its root file system
 * @param command of its first process
 * @param terminal whether that process gets a terminal
 */
public record CheckedBundle(
    Path directory,
    byte[] original,
    ObjectNode config,
    Path rootfs,
    List<String> command,
    boolean terminal,
    Map<String, String> annotations) {
  /** The same with another configuration. */
  CheckedBundle with(ObjectNode changed) {
    return new CheckedBundle(
        directory, ConfigJson.write(changed), changed, rootfs, command, terminal, annotations);
  }

  /** Volumes that it asks for. */
  public java.util.List<BundleVolume> volumes() {
    return VolumeMounts.in(directory, config);
  }
}
