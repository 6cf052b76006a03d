package io.nereid.coordinator.testkit;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Snapshots without content. */
public final class Snapshots {
  private Snapshots() {}

  public static Snapshot of(ContainerId container, NodeId host, Instant taken) {
    return new Snapshot(
        SnapshotId.random(),
        Optional.empty(),
        container,
        Examples.NAME,
        host,
        Snapshot.Origin.TAKEN,
        taken,
        io.nereid.domain.id.Epoch.FIRST,
        NetworkSpec.without(NetworkMode.NONE),
        Examples.CAPABILITIES,
        List.of("ab".repeat(32)),
        List.of("sh"),
        false,
        new Snapshot.Sizes(1, 2, 3, 1 << 20, 5),
        12,
        90);
  }

  /** The same, of another container network. */
  public static Snapshot with(Snapshot s, NetworkSpec network) {
    return copy(s, s.origin(), network);
  }

  public static Snapshot imported(Snapshot s) {
    return copy(s, Snapshot.Origin.IMPORTED, s.network());
  }

  private static Snapshot copy(Snapshot s, Snapshot.Origin origin, NetworkSpec network) {
    return new Snapshot(
        s.id(),
        s.label(),
        s.container(),
        s.name(),
        s.host(),
        origin,
        s.taken(),
        s.epoch(),
        network,
        s.source(),
        s.layers(),
        s.command(),
        s.terminal(),
        s.sizes(),
        s.freezeMs(),
        s.tookMs());
  }
}
