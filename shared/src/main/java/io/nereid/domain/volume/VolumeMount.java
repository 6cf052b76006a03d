package io.nereid.domain.volume;

import io.nereid.domain.id.VolumeName;

/**
 * Where a container sees a volume.
 *
 * @param path absolute, in the container
 * @param readOnly whether the container may not write, even when the volume is writable
 */
public record VolumeMount(VolumeName name, String path, boolean readOnly) {
  /** The most volumes that one container may have. */
  public static final int MOUNTS_MAX = 16;
}
