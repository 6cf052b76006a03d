package io.nereid.protocol.message;

import io.nereid.domain.container.Location;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.JobId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotCheck;
import io.nereid.domain.snapshot.SnapshotPlace;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What the leading coordinator is asked about snapshots. What takes a while is a job: it is
 * accepted, then asked for. Jobs are forgotten when the leader changes; what they do goes on. A
 * {@code ref} of a snapshot is its id, a unique beginning of it, or a unique label.
 */
public final class JobMessages {
  private JobMessages() {}

  /** Takes a snapshot of a running container. */
  public record CheckpointRequest(String ref, Optional<String> label) {}

  /**
   * Brings a snapshot up.
   *
   * @param node where; absent: where it is held
   * @param name absent: as the container that it was; otherwise as a new one of this name
   */
  public record RestoreRequest(String ref, Optional<NodeId> node, Optional<String> name) {}

  /**
   * Writes a snapshot into an archive.
   *
   * @param node whose file system gets the file
   * @param file absolute path
   */
  public record ExportRequest(String ref, NodeId node, String file, boolean replace) {}

  /**
   * Reads an archive.
   *
   * @param node whose file system has the file
   * @param file absolute path
   */
  public record ImportRequest(NodeId node, String file, Optional<String> label) {}

  /**
   * Makes one more host hold a snapshot.
   *
   * @param node that shall hold it
   */
  public record ReplicateRequest(String ref, NodeId node) {}

  /** Lists snapshots; those of hosts that are away too when {@code all}. */
  public record SnapshotsRequest(boolean all) {}

  /** Reply to {@link SnapshotsRequest}, the newest first. */
  public record SnapshotList(List<SnapshotPlace> snapshots) {}

  /** Finds one snapshot. */
  public record SnapshotRequest(String ref) {}

  /** Deletes one snapshot, on all hosts that hold it. */
  public record RemoveSnapshotRequest(String ref) {}

  /** Compares two snapshots that a host holds both. */
  public record DiffRequest(String from, String to) {}

  /**
   * Takes a container back to what it was.
   *
   * @param to a snapshot of it
   * @param keepPresent whether what it is now stays as a snapshot afterwards
   */
  public record RewindRequest(String ref, String to, boolean keepPresent) {}

  /**
   * Deletes periodic snapshots that are not kept.
   *
   * @param ref of one container; absent: all that are protected
   * @param dryRun only say which
   */
  public record PruneRequest(Optional<String> ref, boolean dryRun) {}

  /** One that is not kept. */
  public record PrunedSnapshot(Snapshot snapshot, List<NodeId> holders, String why) {}

  /** Reply to {@link PruneRequest}. */
  public record Pruned(List<PrunedSnapshot> snapshots, boolean dryRun) {}

  /** Asks how it stands with the periodic snapshots of a container. */
  public record ScheduleRequest(String ref) {}

  /**
   * How it stands with the periodic snapshots of a container.
   *
   * @param newest when the last of them was taken
   * @param next when the next one is due; absent when there is none
   * @param intervalMs from one to the next, as things are
   * @param failures in a row
   * @param trouble why there is none at the moment, or less often than was asked for
   */
  public record ScheduleView(
      ContainerId container,
      Optional<Instant> newest,
      Optional<Instant> next,
      Optional<Long> intervalMs,
      int failures,
      Optional<String> trouble) {}

  /**
   * Verifies a snapshot on one host.
   *
   * @param node that holds it; absent: any that does
   * @param repair whether what is damaged is to be fetched from another host that holds it
   */
  public record VerifyRequest(String ref, Optional<NodeId> node, boolean repair) {}

  /** Reads one job; waits until it has ended, at most waitMs. */
  public record JobRequest(JobId job, long waitMs) {}

  /** Whether a job has ended. */
  public enum JobState {
    RUNNING,
    DONE,
    FAILED
  }

  /**
   * One job as it stands.
   *
   * @param what for people, for example "checkpoint of container 'cache'"
   * @param snapshot that it made, restored or wrote, when that is known
   * @param container that it brought up
   * @param failure why it has failed
   * @param check what was found when a snapshot was verified
   */
  public record JobView(
      JobId id,
      String what,
      JobState state,
      Progress progress,
      Optional<Snapshot> snapshot,
      Optional<Location> container,
      Optional<Failure> failure,
      Optional<SnapshotCheck> check) {}
}
