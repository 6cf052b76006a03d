package io.nereid.coordinator.container;

import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.SnapshotDiff;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.protocol.message.JobMessages.DiffRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Has two snapshots compared by a host that holds both. Blocks. */
public final class DiffHandler {
  private final NymphSnapshots nymphs;
  private final SnapshotDirectory snapshots;

  public DiffHandler(NymphSnapshots nymphs, SnapshotDirectory snapshots) {
    this.nymphs = nymphs;
    this.snapshots = snapshots;
  }

  /** Throws WRONG_STATE when no host that is there holds both. */
  public SnapshotDiff diff(DiffRequest request) {
    SnapshotId from = snapshots.reachable(request.from()).snapshot().id();
    SnapshotId to = snapshots.reachable(request.to()).snapshot().id();
    List<NodeId> ofFrom = holders(from);
    List<NodeId> ofTo = holders(to);
    NodeId host =
        ofFrom.stream()
            .filter(ofTo::contains)
            .findFirst()
            .orElseThrow(() ->
                new FailureException(
                    Failure.refused(
                        FailureCode.WRONG_STATE,
                        "no host holds both: "
                            + from
                            + " is on "
                            + names(ofFrom)
                            + ", "
                            + to
                            + " on "
                            + names(ofTo),
                        "'nereid copy " + from + " --to " + ofTo.getFirst() + "' first")));
    var result =
        nymphs.perform(
            host, Optional.empty(), new SnapshotCommand.Compare(from, to), progress -> {});
    return ((SnapshotResult.Compared) result).diff();
  }

  private List<NodeId> holders(SnapshotId id) {
    return snapshots.holders(id).stream()
        .filter(SnapshotPlace::present)
        .map(SnapshotPlace::holder)
        .toList();
  }

  private static String names(List<NodeId> hosts) {
    return hosts.stream().map(NodeId::value).collect(Collectors.joining(", "));
  }
}
