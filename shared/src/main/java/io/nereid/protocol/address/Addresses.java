package io.nereid.protocol.address;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.node.NodeReport;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.domain.snapshot.SnapshotDiff;
import io.nereid.domain.snapshot.SnapshotPlace;
import io.nereid.domain.volume.Volume;
import io.nereid.domain.volume.VolumePlace;
import io.nereid.protocol.message.CoordinatorMessages;
import io.nereid.protocol.message.JobMessages;
import io.nereid.protocol.message.NereidEvent;
import io.nereid.protocol.message.NymphMessages;
import io.nereid.protocol.message.RecoveryMessages;
import io.nereid.protocol.message.SnapshotMessages;
import io.nereid.protocol.message.StepMessages;
import io.nereid.protocol.message.VolumeMessages;

/** Every address there is. Those of nymphs are used with {@link Address#at}. */
public final class Addresses {
  /** How long a step request may wait at the nymph, in ms; the bus waits a little longer. */
  public static final long LONG_POLL_MS = 2_000;

  static final String LEADER_PREFIX = "v1.coordinator.";

  private static final long QUICK_MS = 5_000;
  private static final long COMMAND_MS = 60_000;
  private static final long DIFF_MS = 300_000;
  private static final long FACTS_MS = 10_000;

  // The leading coordinator.
  public static final Address<CoordinatorMessages.RunRequest, Location> RUN =
      new Address<>(
          "v1.coordinator.run", CoordinatorMessages.RunRequest.class, Location.class, COMMAND_MS);
  public static final Address<CoordinatorMessages.CommandRequest, Location> COMMAND =
      new Address<>(
          "v1.coordinator.command",
          CoordinatorMessages.CommandRequest.class,
          Location.class,
          COMMAND_MS);
  public static final Address<CoordinatorMessages.LocateRequest, Location> LOCATE =
      new Address<>(
          "v1.coordinator.locate",
          CoordinatorMessages.LocateRequest.class,
          Location.class,
          QUICK_MS);
  public static final Address<CoordinatorMessages.ListRequest, CoordinatorMessages.ContainerList>
      LIST =
          new Address<>(
              "v1.coordinator.list",
              CoordinatorMessages.ListRequest.class,
              CoordinatorMessages.ContainerList.class,
              QUICK_MS);
  public static final Address<CoordinatorMessages.NodesRequest, CoordinatorMessages.NodeList>
      NODES =
          new Address<>(
              "v1.coordinator.nodes",
              CoordinatorMessages.NodesRequest.class,
              CoordinatorMessages.NodeList.class,
              QUICK_MS);
  public static final Address<CoordinatorMessages.MigrateRequest, CoordinatorMessages.MigrationView>
      MIGRATE =
          new Address<>(
              "v1.coordinator.migrate",
              CoordinatorMessages.MigrateRequest.class,
              CoordinatorMessages.MigrationView.class,
              COMMAND_MS);
  public static final Address<CoordinatorMessages.CancelRequest, CoordinatorMessages.MigrationView>
      CANCEL =
          new Address<>(
              "v1.coordinator.cancel",
              CoordinatorMessages.CancelRequest.class,
              CoordinatorMessages.MigrationView.class,
              QUICK_MS);
  public static final Address<
          CoordinatorMessages.TakeBackRequest, CoordinatorMessages.MigrationView>
      TAKE_BACK =
          new Address<>(
              "v1.coordinator.take-back",
              CoordinatorMessages.TakeBackRequest.class,
              CoordinatorMessages.MigrationView.class,
              QUICK_MS);
  public static final Address<
          CoordinatorMessages.MigrationRequest, CoordinatorMessages.MigrationView>
      MIGRATION =
          new Address<>(
              "v1.coordinator.migration",
              CoordinatorMessages.MigrationRequest.class,
              CoordinatorMessages.MigrationView.class,
              LONG_POLL_MS + QUICK_MS);
  public static final Address<
          CoordinatorMessages.MigrationsRequest, CoordinatorMessages.MigrationList>
      MIGRATIONS =
          new Address<>(
              "v1.coordinator.migrations",
              CoordinatorMessages.MigrationsRequest.class,
              CoordinatorMessages.MigrationList.class,
              QUICK_MS);
  public static final Address<
          CoordinatorMessages.PreflightRequest, CoordinatorMessages.PreflightReport>
      PREFLIGHT =
          new Address<>(
              "v1.coordinator.preflight",
              CoordinatorMessages.PreflightRequest.class,
              CoordinatorMessages.PreflightReport.class,
              FACTS_MS + FACTS_MS + QUICK_MS);
  public static final Address<JobMessages.CheckpointRequest, JobMessages.JobView> CHECKPOINT =
      new Address<>(
          "v1.coordinator.checkpoint",
          JobMessages.CheckpointRequest.class,
          JobMessages.JobView.class,
          COMMAND_MS);
  public static final Address<JobMessages.RestoreRequest, JobMessages.JobView> RESTORE =
      new Address<>(
          "v1.coordinator.restore",
          JobMessages.RestoreRequest.class,
          JobMessages.JobView.class,
          FACTS_MS + QUICK_MS);
  public static final Address<JobMessages.ExportRequest, JobMessages.JobView> EXPORT =
      new Address<>(
          "v1.coordinator.export",
          JobMessages.ExportRequest.class,
          JobMessages.JobView.class,
          2 * QUICK_MS);
  public static final Address<JobMessages.ImportRequest, JobMessages.JobView> IMPORT =
      new Address<>(
          "v1.coordinator.import",
          JobMessages.ImportRequest.class,
          JobMessages.JobView.class,
          2 * QUICK_MS);
  public static final Address<JobMessages.ReplicateRequest, JobMessages.JobView> REPLICATE =
      new Address<>(
          "v1.coordinator.replicate",
          JobMessages.ReplicateRequest.class,
          JobMessages.JobView.class,
          2 * QUICK_MS);
  public static final Address<JobMessages.SnapshotsRequest, JobMessages.SnapshotList> SNAPSHOTS =
      new Address<>(
          "v1.coordinator.snapshots",
          JobMessages.SnapshotsRequest.class,
          JobMessages.SnapshotList.class,
          QUICK_MS);
  public static final Address<JobMessages.SnapshotRequest, SnapshotPlace> FIND_SNAPSHOT =
      new Address<>(
          "v1.coordinator.snapshot",
          JobMessages.SnapshotRequest.class,
          SnapshotPlace.class,
          QUICK_MS);
  public static final Address<JobMessages.RemoveSnapshotRequest, SnapshotPlace> REMOVE_SNAPSHOT =
      new Address<>(
          "v1.coordinator.snapshot.remove",
          JobMessages.RemoveSnapshotRequest.class,
          SnapshotPlace.class,
          COMMAND_MS);
  public static final Address<JobMessages.DiffRequest, SnapshotDiff> DIFF =
      new Address<>(
          "v1.coordinator.snapshots.diff",
          JobMessages.DiffRequest.class,
          SnapshotDiff.class,
          DIFF_MS);
  public static final Address<JobMessages.RewindRequest, JobMessages.JobView> REWIND =
      new Address<>(
          "v1.coordinator.rewind",
          JobMessages.RewindRequest.class,
          JobMessages.JobView.class,
          COMMAND_MS);
  public static final Address<JobMessages.PruneRequest, JobMessages.Pruned> PRUNE =
      new Address<>(
          "v1.coordinator.snapshots.prune",
          JobMessages.PruneRequest.class,
          JobMessages.Pruned.class,
          COMMAND_MS);
  public static final Address<JobMessages.ScheduleRequest, JobMessages.ScheduleView> SCHEDULE =
      new Address<>(
          "v1.coordinator.schedule",
          JobMessages.ScheduleRequest.class,
          JobMessages.ScheduleView.class,
          QUICK_MS);
  public static final Address<JobMessages.VerifyRequest, JobMessages.JobView> VERIFY =
      new Address<>(
          "v1.coordinator.snapshot.verify",
          JobMessages.VerifyRequest.class,
          JobMessages.JobView.class,
          2 * QUICK_MS);
  public static final Address<JobMessages.JobRequest, JobMessages.JobView> JOB =
      new Address<>(
          "v1.coordinator.job",
          JobMessages.JobRequest.class,
          JobMessages.JobView.class,
          LONG_POLL_MS + QUICK_MS);
  public static final Address<VolumeMessages.CreateVolumeRequest, VolumePlace> CREATE_VOLUME =
      new Address<>(
          "v1.coordinator.volume.create",
          VolumeMessages.CreateVolumeRequest.class,
          VolumePlace.class,
          COMMAND_MS);
  public static final Address<VolumeMessages.VolumesRequest, VolumeMessages.VolumeList> VOLUMES =
      new Address<>(
          "v1.coordinator.volumes",
          VolumeMessages.VolumesRequest.class,
          VolumeMessages.VolumeList.class,
          QUICK_MS);
  public static final Address<VolumeMessages.VolumeRequest, VolumeMessages.VolumeList> FIND_VOLUME =
      new Address<>(
          "v1.coordinator.volume",
          VolumeMessages.VolumeRequest.class,
          VolumeMessages.VolumeList.class,
          QUICK_MS);
  public static final Address<VolumeMessages.RemoveVolumeRequest, VolumeMessages.VolumeList>
      REMOVE_VOLUME =
          new Address<>(
              "v1.coordinator.volume.remove",
              VolumeMessages.RemoveVolumeRequest.class,
              VolumeMessages.VolumeList.class,
              COMMAND_MS);
  public static final Address<NodeReport, CoordinatorMessages.ReportAck> REPORT =
      new Address<>(
          "v1.coordinator.report", NodeReport.class, CoordinatorMessages.ReportAck.class, QUICK_MS);

  public static final Address<CoordinatorMessages.LayerRequest, CoordinatorMessages.LayerHolders>
      LAYER =
          new Address<>(
              "v1.coordinator.layer",
              CoordinatorMessages.LayerRequest.class,
              CoordinatorMessages.LayerHolders.class,
              QUICK_MS);
  public static final Address<RecoveryMessages.StandingRequest, RecoveryMessages.Standing>
      STANDING =
          new Address<>(
              "v1.coordinator.standing",
              RecoveryMessages.StandingRequest.class,
              RecoveryMessages.Standing.class,
              QUICK_MS);
  public static final Address<RecoveryMessages.RecoverRequest, RecoveryMessages.Plans> RECOVER =
      new Address<>(
          "v1.coordinator.recover",
          RecoveryMessages.RecoverRequest.class,
          RecoveryMessages.Plans.class,
          2 * QUICK_MS);
  public static final Address<RecoveryMessages.RecoveriesRequest, RecoveryMessages.RecoveryList>
      RECOVERIES =
          new Address<>(
              "v1.coordinator.recoveries",
              RecoveryMessages.RecoveriesRequest.class,
              RecoveryMessages.RecoveryList.class,
              QUICK_MS);

  // One nymph.
  public static final Address<RecoveryMessages.Ping, RecoveryMessages.Pong> PING =
      new Address<>(
          "v1.nymph.ping", RecoveryMessages.Ping.class, RecoveryMessages.Pong.class, QUICK_MS);
  public static final Address<NymphMessages.CreateRequest, ContainerStatus> CREATE =
      new Address<>(
          "v1.nymph.create", NymphMessages.CreateRequest.class, ContainerStatus.class, COMMAND_MS);
  public static final Address<NymphMessages.CommandRequest, ContainerStatus> NYMPH_COMMAND =
      new Address<>(
          "v1.nymph.command",
          NymphMessages.CommandRequest.class,
          ContainerStatus.class,
          COMMAND_MS);
  public static final Address<NymphMessages.InspectRequest, NymphMessages.Inspection> INSPECT =
      new Address<>(
          "v1.nymph.inspect",
          NymphMessages.InspectRequest.class,
          NymphMessages.Inspection.class,
          QUICK_MS);
  public static final Address<NymphMessages.LogsRequest, NymphMessages.LogChunk> LOGS =
      new Address<>(
          "v1.nymph.logs",
          NymphMessages.LogsRequest.class,
          NymphMessages.LogChunk.class,
          LONG_POLL_MS + QUICK_MS);
  public static final Address<NymphMessages.ExecRequest, NymphMessages.ExecStarted> EXEC =
      new Address<>(
          "v1.nymph.exec",
          NymphMessages.ExecRequest.class,
          NymphMessages.ExecStarted.class,
          2 * QUICK_MS);
  public static final Address<NymphMessages.ExecIoRequest, NymphMessages.ExecIo> EXEC_IO =
      new Address<>(
          "v1.nymph.exec.io",
          NymphMessages.ExecIoRequest.class,
          NymphMessages.ExecIo.class,
          LONG_POLL_MS + QUICK_MS);
  public static final Address<NymphMessages.ExecKillRequest, CoordinatorMessages.Done> EXEC_KILL =
      new Address<>(
          "v1.nymph.exec.kill",
          NymphMessages.ExecKillRequest.class,
          CoordinatorMessages.Done.class,
          QUICK_MS);
  public static final Address<NymphMessages.ReportRequest, NodeReport> NYMPH_REPORT =
      new Address<>(
          "v1.nymph.report", NymphMessages.ReportRequest.class, NodeReport.class, QUICK_MS);
  public static final Address<NymphMessages.SourceFactsRequest, ContainerFacts> SOURCE_FACTS =
      new Address<>(
          "v1.nymph.facts.source",
          NymphMessages.SourceFactsRequest.class,
          ContainerFacts.class,
          FACTS_MS);
  public static final Address<NymphMessages.TargetFactsRequest, TargetFacts> TARGET_FACTS =
      new Address<>(
          "v1.nymph.facts.target",
          NymphMessages.TargetFactsRequest.class,
          TargetFacts.class,
          FACTS_MS);
  public static final Address<NymphMessages.AnnounceRequest, CoordinatorMessages.Done> ANNOUNCE =
      new Address<>(
          "v1.nymph.announce",
          NymphMessages.AnnounceRequest.class,
          CoordinatorMessages.Done.class,
          QUICK_MS);
  public static final Address<StepMessages.StepRequest, StepMessages.StepReply> STEP =
      new Address<>(
          "v1.nymph.step",
          StepMessages.StepRequest.class,
          StepMessages.StepReply.class,
          LONG_POLL_MS + QUICK_MS);

  public static final Address<SnapshotMessages.SnapshotRequest, SnapshotMessages.SnapshotReply>
      SNAPSHOT =
          new Address<>(
              "v1.nymph.snapshot",
              SnapshotMessages.SnapshotRequest.class,
              SnapshotMessages.SnapshotReply.class,
              LONG_POLL_MS + QUICK_MS);
  public static final Address<SnapshotMessages.HeldRequest, SnapshotMessages.Held> HELD =
      new Address<>(
          "v1.nymph.snapshots",
          SnapshotMessages.HeldRequest.class,
          SnapshotMessages.Held.class,
          QUICK_MS);
  public static final Address<SnapshotMessages.EpochRequest, SnapshotMessages.EpochSeen> EPOCH =
      new Address<>(
          "v1.nymph.epoch",
          SnapshotMessages.EpochRequest.class,
          SnapshotMessages.EpochSeen.class,
          QUICK_MS);

  public static final Address<VolumeMessages.MakeVolume, Volume> MAKE_VOLUME =
      new Address<>(
          "v1.nymph.volume.make", VolumeMessages.MakeVolume.class, Volume.class, COMMAND_MS);
  public static final Address<VolumeMessages.DropVolume, Volume> DROP_VOLUME =
      new Address<>(
          "v1.nymph.volume.drop", VolumeMessages.DropVolume.class, Volume.class, COMMAND_MS);
  public static final Address<VolumeMessages.MeasureVolume, VolumeMessages.VolumeSize>
      MEASURE_VOLUME =
          new Address<>(
              "v1.nymph.volume.measure",
              VolumeMessages.MeasureVolume.class,
              VolumeMessages.VolumeSize.class,
              QUICK_MS);
  public static final Address<VolumeMessages.HeldVolumesRequest, VolumeMessages.HeldVolumes>
      HELD_VOLUMES =
          new Address<>(
              "v1.nymph.volumes",
              VolumeMessages.HeldVolumesRequest.class,
              VolumeMessages.HeldVolumes.class,
              QUICK_MS);

  /** Published, not sent: nobody replies. */
  public static final Address<NereidEvent, Void> EVENTS =
      new Address<>("v1.events", NereidEvent.class, Void.class, 0);

  private Addresses() {}
}
