package io.nereid.nymph.snapshot;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.migration.Progress;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.SnapshotMessages.EpochRequest;
import io.nereid.protocol.message.SnapshotMessages.EpochSeen;
import io.nereid.protocol.message.SnapshotMessages.Held;
import io.nereid.protocol.message.SnapshotMessages.HeldRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotCommand;
import io.nereid.protocol.message.SnapshotMessages.SnapshotReply;
import io.nereid.protocol.message.SnapshotMessages.SnapshotRequest;
import io.nereid.protocol.message.SnapshotMessages.SnapshotResult;
import java.util.List;
import java.util.function.Consumer;

/** What a nymph does about snapshots. Methods may block; they are called on virtual threads. */
public final class SnapshotService {
  private final SnapshotParts parts;
  private final OperationTable table = new OperationTable();
  private final Thawing thawing;
  private final Taking taking;
  private final Sending sending;
  private final BringingUp bringingUp;
  private final Archiving archiving;
  private final Verifying verifying;
  private final Replicating replicating;
  private final Rewinding rewinding;
  private final Comparing comparing;

  public SnapshotService(SnapshotParts parts) {
    this.parts = parts;
    this.thawing = new Thawing(parts);
    this.taking = new Taking(parts, thawing);
    this.sending = new Sending(parts, thawing);
    this.bringingUp = new BringingUp(parts);
    this.archiving = new Archiving(parts, thawing);
    this.verifying = new Verifying(parts);
    this.replicating = new Replicating(parts);
    this.comparing = new Comparing(parts, thawing);
    this.rewinding = new Rewinding(parts, thawing, bringingUp);
  }

  /** Does something or attaches to it; returns its state after at most the wait of the request. */
  public SnapshotReply perform(SnapshotRequest request) {
    return table.perform(
        request.operation(),
        request.command().verb(),
        request.begin(),
        Math.clamp(request.waitMs(), 0, Addresses.LONG_POLL_MS),
        told -> faulty(request, told));
  }

  private SnapshotResult faulty(SnapshotRequest request, Consumer<Progress> told) {
    String name = "nymph." + request.command().getClass().getSimpleName();
    boolean ownPoints = !(request.command() instanceof SnapshotCommand.Restore);
    if (ownPoints) {
      parts.moves().faults().pass(name + ".begin");
    }
    SnapshotResult result = dispatch(request, told);
    if (ownPoints) {
      parts.moves().faults().pass(name + ".end");
    }
    return result;
  }

  private SnapshotResult dispatch(SnapshotRequest request, Consumer<Progress> told) {
    return switch (request.command()) {
      case SnapshotCommand.Take c -> taking.take(c, BringingUp.fence(request), told);
      case SnapshotCommand.Restore c ->
          bringingUp.restore(request.operation(), c, BringingUp.fence(request), told);
      case SnapshotCommand.Rewind c ->
          rewinding.rewind(request.operation(), c, BringingUp.fence(request), told);
      case SnapshotCommand.Compare c -> comparing.compare(request.operation(), c, told);
      case SnapshotCommand.Send c -> sending.send(request.operation(), c, told);
      case SnapshotCommand.Remove c -> {
        parts.store().remove(c.id());
        yield new SnapshotResult.Removed();
      }
      case SnapshotCommand.Verify c -> verifying.verify(request.operation(), c, told);
      case SnapshotCommand.Export c -> archiving.export(request.operation(), c, told);
      case SnapshotCommand.Import c -> archiving.read(c, told);
      case SnapshotCommand.Lend c ->
          new SnapshotResult.Lent(
              parts.moves().transfer().lend(parts.paths().node(), c.snapshots(), c.layers()));
      case SnapshotCommand.Replicate c -> replicating.replicate(c, told);
    };
  }

  /** Which are here. */
  public Held held(HeldRequest request) {
    // The version first: what comes in between makes it ask again.
    long version = version();
    return new Held(version, parts.store().all(), parts.moves().transfer().layers());
  }

  /** A number that changes with {@link #held}. */
  public long version() {
    return 31 * parts.store().version() + parts.moves().transfer().layers().hashCode();
  }

  /** The highest epoch that was seen of a container. */
  public EpochSeen epoch(EpochRequest request) {
    return new EpochSeen(parts.core().epochs().epoch(request.container()));
  }

  /** Called once before anything is served: takes up what an earlier daemon has left. */
  public void resume() {
    thawing.resume();
    rewinding.resume();
  }

  /** Containers that are not here at the moment because they are taken back to what they were. */
  public List<ContainerStatus> returning() {
    return rewinding.returning();
  }

  /** Ends nothing that runs; begins nothing any more. */
  public void close() {
    table.close();
    rewinding.close();
    taking.close();
  }
}
