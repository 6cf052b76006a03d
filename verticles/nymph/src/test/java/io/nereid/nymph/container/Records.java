package io.nereid.nymph.container;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.fs.HostPaths;
import java.nio.file.Path;
import java.time.Instant;

/** Records and paths for tests. */
final class Records {
  static final ContainerId WEB = new ContainerId("0".repeat(32));
  static final ContainerId DB = new ContainerId("1".repeat(32));

  private Records() {}

  static ContainerRecord creating(ContainerId id) {
    return ContainerRecord.creating(
        id,
        new ContainerName("web"),
        NetworkSpec.without(NetworkMode.NONE),
        "/bundles/web",
        Instant.EPOCH);
  }

  static HostPaths paths(Path directory) {
    return new HostPaths(
        new NodeId("a"),
        directory.resolve("data"),
        directory.resolve("run"),
        directory.resolve("dumps"));
  }
}
