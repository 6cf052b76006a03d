package io.nereid.nymph.bundle;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The user's configuration, changed only where this host comes in: where the root file system is
 * mounted, which cgroup and which network namespace it gets. Pure.
 *
 * @param bundle where the user's bundle was, for sources of mounts that are relative to it
 * @param rootfs where the root file system is mounted
 * @param cgroup path in every hierarchy
 * @param networkNamespace of the container; absent in the host's network
 */
record RuntimeConfig(
    ContainerId id,
    ContainerName name,
    Path bundle,
    Path rootfs,
    String cgroup,
    NetworkMode network,
    Optional<Path> networkNamespace) {
  /** Annotations by which people find out whose container it is. */
  static final String ANNOTATION_ID = "io.nereid.id";

  static final String ANNOTATION_NAME = "io.nereid.name";

  ObjectNode applyTo(ObjectNode user) {
    ObjectNode config = user.deepCopy();
    config.withObject("/root").put("path", rootfs.toString());
    ObjectNode linux = config.withObject("/linux");
    linux.put("cgroupsPath", cgroup);
    linux.set("namespaces", namespaces(linux.path("namespaces")));
    for (JsonNode mount : config.path("mounts")) {
      if (BindMounts.isBind(mount) && mount instanceof ObjectNode changeable) {
        changeable.put("source", BindMounts.source(bundle, bundle, mount).toString());
      }
    }
    ObjectNode annotations = config.withObject("/annotations");
    annotations.put(ANNOTATION_ID, id.value());
    annotations.put(ANNOTATION_NAME, name.value());
    config.remove("hooks");
    return config;
  }

  private ArrayNode namespaces(JsonNode given) {
    ArrayNode namespaces = com.fasterxml.jackson.databind.node.JsonNodeFactory.instance.arrayNode();
    for (JsonNode one : given) {
      if (!one.path("type").asText().equals("network")) {
        namespaces.add(one);
      }
    }
    if (network != NetworkMode.HOST) {
      String path =
          networkNamespace
              .orElseThrow(() -> new IllegalStateException("no network namespace for " + id))
              .toString();
      namespaces.addObject().put("type", "network").put("path", path);
    }
    return namespaces;
  }
}
