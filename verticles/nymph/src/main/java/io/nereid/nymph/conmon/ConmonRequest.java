package io.nereid.nymph.conmon;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.fs.ContainerDirs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A container to bring up under a new conmon.
 *
 * @param terminal give its first process a terminal
 * @param restoreFrom images to restore from; otherwise it is created and waits to be started
 * @param runtimeOptions further options of the runtime's verb
 * @param wrapper words before the runtime's command line, the first with its path; for example to
 *     give it namespaces of its own
 * @param limit how long the runtime may take
 */
public record ConmonRequest(
    ContainerId id,
    ContainerDirs dirs,
    boolean terminal,
    Optional<Path> restoreFrom,
    List<String> runtimeOptions,
    List<String> wrapper,
    Duration limit) {
  private static final Duration CREATE_LIMIT = Duration.ofSeconds(30);

  public ConmonRequest {
    runtimeOptions = List.copyOf(runtimeOptions);
    wrapper = List.copyOf(wrapper);
  }

  /** Creates from the generated bundle. */
  public static ConmonRequest create(ContainerId id, ContainerDirs dirs, boolean terminal) {
    return new ConmonRequest(
        id, dirs, terminal, Optional.empty(), List.of(), List.of(), CREATE_LIMIT);
  }

  /** Restores from images. */
  public static ConmonRequest restore(
      ContainerId id,
      ContainerDirs dirs,
      boolean terminal,
      Path images,
      List<String> runtimeOptions,
      List<String> wrapper,
      Duration limit) {
    return new ConmonRequest(
        id, dirs, terminal, Optional.of(images), runtimeOptions, wrapper, limit);
  }
}
