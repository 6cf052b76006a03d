package io.nereid.protocol.message;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.ChainPlace;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotCheck;
import io.nereid.domain.snapshot.SnapshotDiff;
import io.nereid.domain.snapshot.SnapshotPolicy;
import io.nereid.port.Loan;
import io.nereid.port.TransferTicket;
import java.util.List;
import java.util.Optional;

/**
 * What a nymph is asked about snapshots. An operation is identified by its id: asking again
 * attaches to it. What an operation that failed has made is removed by the nymph itself, also after
 * its own restart.
 */
public final class SnapshotMessages {
  private SnapshotMessages() {}

  /** What is to be done. */
  public sealed interface SnapshotCommand {
    /** The command that this name stands for in messages to people. */
    default String verb() {
      return switch (this) {
        case Take t -> "checkpoint";
        case Restore r -> "restore";
        case Rewind r -> "rewind";
        case Send s -> "send";
        case Remove r -> "remove";
        case Verify v -> "verify";
        case Export e -> "export";
        case Import i -> "import";
        case Replicate r -> "replicate";
        case Compare c -> "compare";
        case Lend l -> "lend";
      };
    }

    /** Take one of a container that runs here; it runs on, whatever happens. */
    record Take(
        SnapshotId id, ContainerId container, Optional<String> label, Optional<ChainPlace> chain)
        implements SnapshotCommand {}

    /**
     * Fetch one from the host that holds it and bring it up here. The sender of this has registered
     * the container, owned by this host.
     *
     * @param as the identity that it gets
     */
    record Restore(Snapshot snapshot, NodeId holder, Identity as) implements SnapshotCommand {}

    /**
     * Replace a container that runs here by what it was. The sender has raised its epoch.
     *
     * @param to that earlier state; held here
     * @param present its state just now; held here. It comes back with this when anything fails
     * @param policy that it has afterwards
     */
    record Rewind(Snapshot to, SnapshotId present, Identity as, Optional<SnapshotPolicy> policy)
        implements SnapshotCommand {}

    /** Send one to a receiving session. */
    record Send(SnapshotId id, TransferTicket ticket, Identity as) implements SnapshotCommand {}

    /** Say what differs between two that are held here. */
    record Compare(SnapshotId from, SnapshotId to) implements SnapshotCommand {}

    /** Delete one. */
    record Remove(SnapshotId id) implements SnapshotCommand {}

    /**
     * Read all of one that is held here, and compare it with its digests.
     *
     * @param repairFrom hosts that hold it, too, from which what is damaged is fetched; empty: it
     *     is only told
     */
    record Verify(Snapshot snapshot, List<NodeId> repairFrom) implements SnapshotCommand {
      public Verify {
        repairFrom = List.copyOf(repairFrom);
      }
    }

    /**
     * Write one that this or another host holds into a checkpoint archive.
     *
     * @param file absolute path on this host
     * @param replace whether an existing file may be replaced
     */
    record Export(Snapshot snapshot, NodeId holder, String file, boolean replace)
        implements SnapshotCommand {}

    /**
     * Read a checkpoint archive.
     *
     * @param file absolute path on this host
     */
    record Import(SnapshotId id, String file, Optional<String> label) implements SnapshotCommand {}

    /**
     * Fetch one, and the layers that it needs, and hold it here, too. Done at once when it is held
     * already.
     *
     * @param snapshot as its holders know it
     * @param holders hosts that hold it, the preferred one first
     */
    record Replicate(Snapshot snapshot, List<NodeId> holders) implements SnapshotCommand {
      public Replicate {
        holders = List.copyOf(holders);
      }
    }

    /**
     * Lend another host what is here of these snapshots and layers, for as long as it fetches.
     *
     * @param layers digests
     */
    record Lend(List<SnapshotId> snapshots, List<String> layers) implements SnapshotCommand {
      public Lend {
        snapshots = List.copyOf(snapshots);
        layers = List.copyOf(layers);
      }
    }
  }

  /** Who a restored container is. */
  public record Identity(ContainerId id, ContainerName name, NetworkSpec network) {}

  /** What an operation brought. */
  public sealed interface SnapshotResult {
    /**
     * Of {@link SnapshotCommand.Take}, {@link SnapshotCommand.Import} and {@link
     * SnapshotCommand.Replicate}.
     */
    record Stored(Snapshot snapshot, Optional<ContainerStatus> container)
        implements SnapshotResult {}

    /** Of {@link SnapshotCommand.Restore} and {@link SnapshotCommand.Rewind}. */
    record Restored(ContainerStatus container) implements SnapshotResult {}

    /** Of {@link SnapshotCommand.Send} and {@link SnapshotCommand.Export}. */
    record Written(long bytes) implements SnapshotResult {}

    /** Of {@link SnapshotCommand.Compare}. */
    record Compared(SnapshotDiff diff) implements SnapshotResult {}

    /** Of {@link SnapshotCommand.Lend}. */
    record Lent(Loan loan) implements SnapshotResult {}

    /** Of {@link SnapshotCommand.Verify}. */
    record Verified(SnapshotCheck check) implements SnapshotResult {}

    /** Of {@link SnapshotCommand.Remove}. */
    record Removed() implements SnapshotResult {}
  }

  /**
   * Does something, or attaches to it, and waits at most waitMs for its end.
   *
   * @param begin false: only attach; an operation that this host does not know has failed
   * @param fence for what is done to a container
   */
  public record SnapshotRequest(
      MigrationId operation,
      boolean begin,
      Optional<Fence> fence,
      SnapshotCommand command,
      long waitMs) {}

  /** Where an operation is. */
  public sealed interface SnapshotReply {
    /** Still running; ask again. */
    record Running(Progress progress) implements SnapshotReply {}

    /** Ended well. */
    record Done(SnapshotResult result) implements SnapshotReply {}

    /** Ended badly; the failure says how sure that is. */
    record Failed(Failure failure) implements SnapshotReply {}
  }

  /** Asks which snapshots and layers a host holds. */
  public record HeldRequest() {}

  /**
   * Reply to {@link HeldRequest}.
   *
   * @param version another one whenever one of the others is
   * @param layers digests
   */
  public record Held(long version, List<Snapshot> snapshots, List<String> layers) {
    public Held {
      snapshots = List.copyOf(snapshots);
      layers = List.copyOf(layers);
    }
  }

  /** Asks for the highest epoch that a host has seen of a container. */
  public record EpochRequest(ContainerId container) {}

  /** Reply to {@link EpochRequest}. */
  public record EpochSeen(Epoch epoch) {}
}
