package io.nereid.coordinator.schedule;

import io.nereid.coordinator.container.NymphSnapshots;
import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.snapshot.Jobs;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.domain.snapshot.SnapshotPolicy;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.message.JobMessages.PruneRequest;
import io.nereid.protocol.message.JobMessages.Pruned;
import io.nereid.protocol.message.JobMessages.PrunedSnapshot;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Deletes periodic snapshots that are not kept, wherever they are held. Blocks. */
public final class Pruner {
  private static final Logger LOG = LoggerFactory.getLogger(Pruner.class);
  private final OwnershipLedger ledger;
  private final Directory directory;
  private final SnapshotDirectory snapshots;
  private final NymphSnapshots nymphs;
  private final Jobs jobs;
  private final Clock clock;

  public Pruner(
      OwnershipLedger ledger,
      Directory directory,
      SnapshotDirectory snapshots,
      NymphSnapshots nymphs,
      Jobs jobs,
      Clock clock) {
    this.ledger = ledger;
    this.directory = directory;
    this.snapshots = snapshots;
    this.nymphs = nymphs;
    this.jobs = jobs;
    this.clock = clock;
  }

  /** At a person's wish: of one container, or of all that are protected. */
  public Pruned prune(PruneRequest request) {
    List<Ownership> all = ledger.all();
    List<Ownership> wanted = request.ref().map(ref -> List.of(Refs.find(ref, all))).orElse(all);
    List<PrunedSnapshot> pruned = new ArrayList<>();
    for (Ownership container : wanted) {
      pruned.addAll(prune(directory.locationOf(container), request.dryRun()));
    }
    return new Pruned(pruned, request.dryRun());
  }

  /** Of one container; nothing when it is not protected. */
  List<PrunedSnapshot> prune(Location location, boolean dryRun) {
    Optional<SnapshotPolicy> policy = location.status().policy();
    if (policy.isEmpty()) {
      return List.of();
    }
    ContainerId id = location.status().id();
    List<SnapshotPlace> places =
        snapshots.list(true).stream().filter(p -> p.snapshot().container().equals(id)).toList();
    List<PrunedSnapshot> pruned = new ArrayList<>();
    for (Retention.Dropped dropped :
        Retention.drop(policy.get(), places, location.owner(), jobs.inUse(), clock.instant())) {
      SnapshotId gone = dropped.snapshot().id();
      List<SnapshotPlace> holders =
          places.stream().filter(p -> p.present() && p.snapshot().id().equals(gone)).toList();
      if (dryRun || holders.stream().allMatch(this::remove)) {
        pruned.add(
            new PrunedSnapshot(
                dropped.snapshot(),
                holders.stream().map(SnapshotPlace::holder).collect(Collectors.toList()),
                dropped.why()));
      }
    }
    return pruned;
  }

  private boolean remove(SnapshotPlace place) {
    try {
      nymphs.perform(
          place.holder(),
          Optional.empty(),
          new SnapshotCommand.Remove(place.snapshot().id()),
          progress -> {});
    } catch (FailureException e) {
      if (e.failure().code() != FailureCode.NOT_FOUND) {
        LOG.info(
            "snapshot {} on '{}' is deleted later: {}",
            place.snapshot().id(),
            place.holder(),
            e.getMessage());
        return false;
      }
    }
    snapshots.removed(place);
    return true;
  }
}
