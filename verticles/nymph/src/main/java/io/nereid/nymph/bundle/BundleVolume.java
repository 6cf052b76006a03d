package io.nereid.nymph.bundle;

import io.nereid.domain.id.VolumeName;
import java.util.Optional;

/**
 * A volume that a configuration asks for.
 *
 * @param digest of the content of a read-only one, once it is known which it is
 * @param path absolute, in the container
 * @param readOnly whether the container may not write to it
 */
public record BundleVolume(
    VolumeName name, Optional<String> digest, String path, boolean readOnly) {
  /** The same of a certain content. */
  public BundleVolume pinned(String content) {
    return new BundleVolume(name, Optional.of(content), path, readOnly);
  }

  /** The same under another name. */
  public BundleVolume named(VolumeName other) {
    return new BundleVolume(other, digest, path, readOnly);
  }

  /** As a configuration writes it. */
  String source() {
    return digest.map(d -> name + "@" + d).orElseGet(name::value);
  }
}
