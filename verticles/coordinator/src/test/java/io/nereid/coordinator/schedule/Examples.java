package io.nereid.coordinator.schedule;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.ChainPlace;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Snapshots as the tests of this package need them. */
final class Examples {
  static final NodeId HERE = new NodeId("a");
  static final NodeId THERE = new NodeId("b");
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final ContainerId ID = ContainerId.random();

  private Examples() {}

  static Instant at(long seconds) {
    return START.plusSeconds(seconds);
  }

  static SnapshotPolicy every(long ms, int chain) {
    return new SnapshotPolicy(Optional.of(ms), Optional.empty(), chain, 0, 0, 0, 1);
  }

  static SnapshotPolicy rpo(long ms, int chain) {
    return new SnapshotPolicy(Optional.empty(), Optional.of(ms), chain, 0, 0, 0, 1);
  }

  static Snapshot snapshot(
      Instant taken, Optional<ChainPlace> chain, long unique, long freezeMs, long tookMs) {
    return new Snapshot(
            SnapshotId.random(),
            Optional.empty(),
            ID,
            new ContainerName("c"),
            HERE,
            Snapshot.Origin.TAKEN,
            taken,
            Epoch.FIRST,
            NetworkSpec.without(NetworkMode.NONE),
            null,
            List.of(),
            List.of(),
            false,
            new Snapshot.Sizes(1_000, 0, 0, 1_000, unique),
            freezeMs,
            tookMs)
        .in(chain);
  }

  static Snapshot of(long second, int number, int length) {
    return snapshot(at(second), Optional.of(new ChainPlace(number, length)), 100, 10, 50);
  }
}
