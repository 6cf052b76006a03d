package io.nereid.nymph.container;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.bundle.BundleFiles;
import io.nereid.nymph.fs.ContainerDirs;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.runtime.Cgroups;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.ProcessRunner;
import io.nereid.protocol.message.NymphMessages.Inspection;
import java.nio.file.Path;
import java.time.Duration;

/** Everything known about one container, for people. Blocks for a moment. */
public final class Inspector {
  private static final Duration COUNT_LIMIT = Duration.ofSeconds(2);
  private final ContainerStore store;
  private final ContainerView view;
  private final BundleFiles bundles;
  private final Cgroups cgroups;
  private final HostPaths paths;
  private final ProcessRunner runner;

  public Inspector(
      ContainerStore store,
      ContainerView view,
      BundleFiles bundles,
      Cgroups cgroups,
      HostPaths paths,
      ProcessRunner runner) {
    this.store = store;
    this.view = view;
    this.bundles = bundles;
    this.cgroups = cgroups;
    this.paths = paths;
    this.runner = runner;
  }

  /** Looks; NOT_FOUND when it is not here. */
  public Inspection inspect(ContainerId id) {
    ContainerRecord record = store.get(id);
    ContainerDirs dirs = paths.container(id);
    return new Inspection(
        view.of(record),
        record.bundle(),
        record.layer(),
        dirs.rootfs().toString(),
        dirs.upper().toString(),
        paths.cgroup(id),
        dirs.log().toString(),
        cgroups.memoryBytes(paths.cgroup(id)),
        bytesBelow(dirs.upper()),
        bundles.limits(id),
        bundles.mounts(id),
        record.annotations());
  }

  // -1 when counting takes too long: somebody waits for the rest.
  private long bytesBelow(Path directory) {
    Outcome outcome =
        runner.run(
            Command.of(
                COUNT_LIMIT,
                "du",
                "--summarize",
                "--one-file-system",
                "--block-size=1",
                "--",
                directory.toString()));
    if (outcome instanceof Outcome.Exited e && !e.stdout().isBlank()) {
      try {
        return Long.parseLong(e.stdout().split("\\s")[0]);
      } catch (NumberFormatException n) {
        return -1;
      }
    }
    return -1;
  }
}
