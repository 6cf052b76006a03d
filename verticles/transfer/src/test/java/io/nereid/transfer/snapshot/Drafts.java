package io.nereid.transfer.snapshot;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.snapshot.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Snapshots that have not been stored yet. */
public final class Drafts {
  private Drafts() {}

  /** One with these layers. */
  public static Snapshot draft(List<String> layers) {
    return new Snapshot(
        SnapshotId.random(),
        Optional.empty(),
        ContainerId.random(),
        new ContainerName("c"),
        new NodeId("a"),
        Snapshot.Origin.TAKEN,
        Instant.parse("2026-01-01T00:00:00Z"),
        Epoch.FIRST,
        NetworkSpec.without(NetworkMode.NONE),
        new Capabilities("x86_64", "6", "v2", "1", "4", "2", List.of(), List.of()),
        layers,
        List.of("sh"),
        false,
        Snapshot.Sizes.UNKNOWN,
        7,
        0);
  }
}
