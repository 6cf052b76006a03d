package io.nereid.domain.recovery;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import java.time.Instant;
import java.util.List;

/**
 * What a container would go on from if its host were gone now: its newest snapshot that is complete
 * on another present host.
 *
 * @param taken when; its age is what would be lost
 * @param holders the other present hosts that have it
 */
public record RecoveryPoint(SnapshotId snapshot, Instant taken, List<NodeId> holders) {
  public RecoveryPoint {
    holders = List.copyOf(holders);
  }
}
