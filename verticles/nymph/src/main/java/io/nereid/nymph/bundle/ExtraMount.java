package io.nereid.nymph.bundle;

import java.nio.file.Path;
import java.util.List;

/**
 * Something of this host that is mounted into a container besides what its bundle says. A mount of
 * the bundle at the same place gives way to it.
 *
 * @param source on this host
 * @param destination within the container
 * @param options of the OCI configuration
 */
public record ExtraMount(Path source, String destination, List<String> options) {
  public ExtraMount {
    options = List.copyOf(options);
  }
}
