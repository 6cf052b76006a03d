package io.nereid.coordinator.container;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;

/** Names for containers that were given none. */
final class Names {
  private static final int STEM_MAX = 50;
  private static final int SHORT_ID = 6;

  private Names() {}

  /** From the last part of the bundle's path and the id. */
  static ContainerName derive(String bundle, ContainerId id) {
    String path = bundle.replaceAll("/+$", "");
    String stem =
        path.substring(path.lastIndexOf('/') + 1)
            .replaceAll("[^A-Za-z0-9_-]+", "-")
            .replaceAll("^[^A-Za-z0-9]+", "");
    String cut = stem.substring(0, Math.min(stem.length(), STEM_MAX));
    String prefix = cut.isEmpty() ? "container" : cut;
    return new ContainerName(prefix + "-" + id.value().substring(0, SHORT_ID));
  }
}
