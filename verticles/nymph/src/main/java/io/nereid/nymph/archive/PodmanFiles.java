package io.nereid.nymph.archive;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.config.IpcConfig;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.nymph.ipc.ContainerSockets;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * The descriptions in an archive that are not ours: enough for checkpointctl to show it and for
 * Podman to make a container of it.
 *
 * <p>Source of the fields: libpod/container_config.go of Podman, types.StatusBlock of
 * containers/common, lib/metadata.go of checkpointctl.
 */
final class PodmanFiles {
  private static final String NETWORK = "podman";

  private PodmanFiles() {}

  /** The name under which Podman looks for an image with the layer. */
  static String image(Snapshot snapshot) {
    String digest = snapshot.layers().getFirst();
    return "localhost/nereid-layer:" + digest.substring(0, Math.min(12, digest.length()));
  }

  /**
   * What Podman knows of a container.
   *
   * @param image id of the image with its layer
   */
  static byte[] config(Snapshot s, String image) {
    ObjectNode config = WireCodec.mapper().createObjectNode();
    config.put("id", s.container().value() + s.container().value());
    config.put("name", s.name().value());
    config.put("rootfsImageID", image);
    config.put("rootfsImageName", image(s));
    config.put("runtime", "runc");
    config.put("createdTime", s.taken().toString());
    config.put("createNetNS", s.network().mode() == NetworkMode.BRIDGE);
    if (s.network().mode() == NetworkMode.BRIDGE) {
      config.putObject("newNetworks").putObject(NETWORK).put("interface_name", "eth0");
    }
    config.put("logDriver", "k8s-file");
    config.put("stopSignal", 15);
    config.put("stopTimeout", 10);
    config.putArray("command").addAll(words(s.command()));
    return pretty(config);
  }

  private static List<JsonNode> words(List<String> words) {
    return words.stream().<JsonNode>map(WireCodec.mapper()::valueToTree).toList();
  }

  /**
   * The runtime's configuration.
   *
   * @param user as the container's bundle had it
   * @param luggage what Nereid notes about it
   */
  static byte[] spec(Snapshot s, byte[] user, byte[] luggage) throws IOException {
    JsonNode read = WireCodec.mapper().readTree(user);
    if (!(read instanceof ObjectNode spec)) {
      throw new IOException("config.json is no object");
    }
    ObjectNode annotations = spec.withObject("/annotations");
    annotations.put("io.container.manager", "libpod");
    annotations.put("io.nereid.id", s.container().value());
    annotations.put("io.nereid.name", s.name().value());
    annotations.put("io.nereid.snapshot", s.id().value());
    spec.remove("hooks");
    JsonNode notes = WireCodec.mapper().readTree(luggage).path("annotations");
    ContainerSockets.place(
            Map.of(
                ContainerSockets.ANNOTATION,
                notes.path(ContainerSockets.ANNOTATION).asText(IpcConfig.OFF)))
        .ifPresent(place -> nobodyListens(spec, place));
    return pretty(spec);
  }

  /**
   * CRIU wants to find the mount of the container's socket; any file does, and this is anywhere.
   */
  private static void nobodyListens(ObjectNode spec, String place) {
    spec.withArray("/mounts")
        .addObject()
        .put("destination", place)
        .put("type", "bind")
        .put("source", "/dev/null")
        .putArray("options")
        .add("bind")
        .add("ro")
        .add("nodev");
  }

  static byte[] network(NetworkSpec network) {
    ObjectNode status = WireCodec.mapper().createObjectNode();
    if (network.mode() == NetworkMode.BRIDGE) {
      ObjectNode device = status.putObject(NETWORK).putObject("interfaces").putObject("eth0");
      ObjectNode subnet = device.putArray("subnets").addObject();
      network.address().ifPresent(a -> subnet.put("ipnet", a));
      network.gateway().ifPresent(g -> subnet.put("gateway", g));
      network.mac().ifPresent(m -> device.put("mac_address", m));
    }
    return pretty(status);
  }

  static byte[] pretty(Object value) {
    return WireCodec.encodePretty(value).getBytes(java.nio.charset.StandardCharsets.UTF_8);
  }
}
