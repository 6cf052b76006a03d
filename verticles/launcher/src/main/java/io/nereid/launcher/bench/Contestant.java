package io.nereid.launcher.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A way to move a container. */
public enum Contestant {
  /** Daemons and {@code nereid migrate}. */
  NEREID,
  /** runc checkpoint, a copy of the images, runc restore. */
  RUNC_COPY,
  /** podman container checkpoint --export, a copy of the archive, restore --import. */
  PODMAN,
  /** CRIU's own lazy migration. */
  CRIU_LAZY;

  /** As people write it: runc-copy. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one that is called so. */
  public static Optional<Contestant> of(String label) {
    return Arrays.stream(values()).filter(c -> c.label().equals(label)).findFirst();
  }
}
