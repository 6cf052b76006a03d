package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.Loan;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes this host a holder of a snapshot that others hold: completely or not at all. Blocks. */
final class Replicating {
  private static final Logger LOG = LoggerFactory.getLogger(Replicating.class);
  private final SnapshotParts parts;
  private final Lenders lenders;
  private final Set<SnapshotId> arriving = new HashSet<>();

  Replicating(SnapshotParts parts) {
    this.parts = parts;
    this.lenders = new Lenders(parts.paths().node(), parts.ask());
  }

  SnapshotResult.Stored replicate(SnapshotCommand.Replicate wanted, Consumer<Progress> told) {
    SnapshotId id = wanted.snapshot().id();
    synchronized (arriving) {
      if (!arriving.add(id)) {
        throw new FailureException(
            Failure.refused(
                FailureCode.BUSY,
                "snapshot " + id + " is arriving at host " + parts.paths().node() + " already",
                "wait until it has"));
      }
    }
    try {
      Optional<Snapshot> here =
          parts.store().all().stream().filter(s -> s.id().equals(id)).findFirst();
      return new SnapshotResult.Stored(
          here.orElseGet(() -> fetched(wanted, told)), Optional.empty());
    } finally {
      synchronized (arriving) {
        arriving.remove(id);
      }
    }
  }

  private Snapshot fetched(SnapshotCommand.Replicate wanted, Consumer<Progress> told) {
    Snapshot snapshot = wanted.snapshot();
    long begun = System.nanoTime();
    List<Loan> loans = lenders.ask(wanted.holders(), List.of(snapshot.id()), snapshot.layers());
    if (loans.isEmpty()) {
      throw new FailureException(
          Failure.refused(
              FailureCode.NOT_FOUND,
              "none of the hosts " + wanted.holders() + " gives snapshot " + snapshot.id(),
              "look at 'nereid snapshots -a' and 'nereid nodes'"));
    }
    parts.moves().faults().pass("nymph.Replicate.lent");
    Snapshot held = parts.moves().transfer().fetch(snapshot, loans, told);
    LOG.info(
        "snapshot {} of container {} arrived from {} in {} ms, {} bytes of {} were new",
        held.id(),
        held.container(),
        loans.stream().map(Loan::host).toList(),
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun),
        held.sizes().unique(),
        held.sizes().total());
    return held;
  }
}
