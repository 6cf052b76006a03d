package io.nereid.nymph.snapshot;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.NymphCore;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.move.MoveParts;
import io.nereid.nymph.move.StepService;
import io.nereid.port.SnapshotPort;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * What snapshots build upon.
 *
 * @param moves with whose machinery they are taken
 * @param steps by which they arrive
 * @param ask another host's nymph, and wait for its answer
 * @param owner of a container, as the leader knows it; absent when it knows of none; fails when
 *     there is no leader
 */
public record SnapshotParts(
    MoveParts moves,
    StepService steps,
    SnapshotPort store,
    BiFunction<NodeId, SnapshotRequest, SnapshotReply> ask,
    Function<ContainerId, Optional<NodeId>> owner) {
  NymphCore core() {
    return moves.core();
  }

  HostPaths paths() {
    return moves.core().basics().paths();
  }
}
