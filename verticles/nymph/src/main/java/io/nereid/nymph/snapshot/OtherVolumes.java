package io.nereid.nymph.snapshot;

import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.VolumeName;
import io.nereid.nymph.bundle.BundleVolume;
import io.nereid.nymph.bundle.VolumeMounts;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Gives the writable volumes of a snapshot that becomes another container other names. */
final class OtherVolumes {
  private static final String CONFIG = "config.json";

  private OtherVolumes() {}

  /** In unpacked trees. */
  static void rename(Map<TreeKind, Path> roots, ContainerName container) throws IOException {
    Path config = roots.get(TreeKind.BUNDLE).resolve(CONFIG);
    Path volumes = roots.get(TreeKind.VOLUMES);
    if (volumes == null) {
      return;
    }
    for (BundleVolume volume : VolumeMounts.in(config)) {
      if (volume.digest().isEmpty()) {
        VolumeName other = volume.name().of(container);
        Files.move(volumes.resolve(volume.name().value()), volumes.resolve(other.value()));
      }
    }
    VolumeMounts.change(config, v -> v.digest().isEmpty() ? v.named(v.name().of(container)) : v);
  }
}
