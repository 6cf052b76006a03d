package io.nereid.protocol.message;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.migration.LaterPages;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.migration.Rounds;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.port.PageTicket;
import io.nereid.port.TransferTicket;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The steps of a migration. A step is identified by migration and kind of command: asking again
 * attaches to the running one or returns its earlier result, so that a repeated or a new
 * coordinator can go on. A step that runs is never interrupted by a repeated request.
 *
 * <p>Undoing and asking (Describe, Check, AbortSend, Thaw, Discard, Release, Query, AwaitPages)
 * look again each time, whatever they answered before, and are content when there is nothing left
 * to do. Requests may arrive late: what was discarded is never prepared again, and what was aborted
 * is never sent again, for the same migration, also after a restart of the nymph.
 */
public final class StepMessages {
  private StepMessages() {}

  /** One step. */
  public sealed interface StepCommand {
    /** Source: what will move. Changes nothing. */
    record Describe() implements StepCommand {}

    /** Target: what the judgement whether it could live here needs. Changes nothing. */
    record Check(ContainerFacts container) implements StepCommand {}

    /**
     * Target: reserve name, address and space, make the network (silent), open a session.
     *
     * @param closeConnections its established TCP connections are closed in it, because the other
     *     ends have gone on without it
     * @param pagesLater whether the source may bring pages after it runs here
     * @param cooperative whether other hosts may be asked for what they have of it
     */
    record Prepare(
        MoveDescription move,
        NodeId source,
        boolean closeConnections,
        boolean pagesLater,
        boolean cooperative)
        implements StepCommand {
      /** All is here before it runs. */
      public Prepare(MoveDescription move, NodeId source, boolean closeConnections) {
        this(move, source, closeConnections, false, true);
      }

      /** Of a move: connections go on. */
      public Prepare(MoveDescription move, NodeId source) {
        this(move, source, false);
      }
    }

    /**
     * Source: send bundle, layers, writable layer, and memory in rounds until the rest fits the
     * downtime; the container runs.
     *
     * @param fixedMs what the pause is expected to take however little has changed
     * @param finalBytesPerSecond how fast the rest is expected to go while it is frozen
     * @param pages with which pages can be brought later; absent when the target cannot take them
     */
    record SendAhead(
        TransferTicket ticket,
        NodeId target,
        MigrationOptions options,
        long fixedMs,
        long finalBytesPerSecond,
        Optional<PageTicket> pages)
        implements StepCommand {
      /** All must be there before it runs. */
      public SendAhead(
          TransferTicket ticket,
          NodeId target,
          MigrationOptions options,
          long fixedMs,
          long finalBytesPerSecond) {
        this(ticket, target, options, fixedMs, finalBytesPerSecond, Optional.empty());
      }
    }

    /**
     * Source: the same once more, after it had to wait for its turn to be frozen. Sends nothing
     * when what has changed meanwhile fits.
     */
    record CatchUp(SendAhead again) implements StepCommand {}

    /**
     * Source: freeze through the cgroup, take it off the network.
     *
     * @param then with it the source goes on to dump and to send as soon as it can, so that nobody
     *     is frozen for the time of a question; both steps are asked for all the same
     */
    record Freeze(NodeId target, Optional<SendDelta> then) implements StepCommand {
      /** Freezes and waits to be asked for more. */
      public Freeze(NodeId target) {
        this(target, Optional.empty());
      }
    }

    /** Source: dump the frozen container; it stays frozen. */
    record Dump() implements StepCommand {}

    /** Source: send what is not there yet; done when the target has verified everything. */
    record SendDelta(TransferTicket ticket, long bandwidthBytesPerSecond) implements StepCommand {}

    /** Target, under the granted epoch: restore and let it run. */
    record Restore() implements StepCommand {}

    /**
     * Target: wait until all pages are in place. PAGES_LOST when they certainly never will be: then
     * nothing of it runs any further.
     */
    record AwaitPages() implements StepCommand {}

    /** Source, under the granted epoch: delete the frozen copy. */
    record Release() implements StepCommand {}

    /** Source, under a new epoch: thaw, back on the network, forget the migration. */
    record Thaw() implements StepCommand {}

    /**
     * Target: make sure that nothing of it runs or will run here, remove everything. Waits for a
     * restore that is under way. Done as soon as that is certain: a Prepare or Restore of this
     * migration that arrives later is refused, and what cannot be removed at once is removed by the
     * nymph itself later. Refused when the container runs under a granted epoch that is not older
     * than the fence's.
     *
     * @param arrived also remove it when it has arrived: it goes on at the source as of the freeze
     */
    record Discard(boolean arrived) implements StepCommand {
      /** Not one that has arrived. */
      public Discard() {
        this(false);
      }
    }

    /** Target: what has become of the restore? Changes nothing. */
    record Query() implements StepCommand {}

    /**
     * Source: end sending; a CRIU run under way is waited for. When the container was not frozen
     * for this migration, forget the migration and what was made for it: nothing more will be
     * asked.
     */
    record AbortSend() implements StepCommand {}
  }

  /** What a step brought. */
  public sealed interface StepResult {
    /** Nothing to tell but success. */
    record Ok() implements StepResult {}

    /** Of {@link StepCommand.Describe}. */
    record Described(MoveDescription move, ContainerFacts facts) implements StepResult {}

    /** Of {@link StepCommand.Check}. */
    record Checked(TargetFacts facts) implements StepResult {}

    /** Of {@link StepCommand.Prepare}. */
    record Prepared(TransferTicket ticket, Optional<PageTicket> pages) implements StepResult {
      /** All must be there before it runs. */
      public Prepared(TransferTicket ticket) {
        this(ticket, Optional.empty());
      }
    }

    /**
     * Of {@link StepCommand.SendAhead}, {@link StepCommand.CatchUp} and {@link
     * StepCommand.SendDelta}.
     *
     * @param laterBytes of memory that the source brings after the restore; -1 when it brings none
     */
    record Sent(long bytesTotal, long bytesSent, long tookMs, Rounds rounds, long laterBytes)
        implements StepResult {
      /** All is there. */
      public Sent(long bytesTotal, long bytesSent, long tookMs, Rounds rounds) {
        this(bytesTotal, bytesSent, tookMs, rounds, -1);
      }

      /** Without rounds. */
      public Sent(long bytesTotal, long bytesSent, long tookMs) {
        this(bytesTotal, bytesSent, tookMs, Rounds.NONE);
      }
    }

    /** Of {@link StepCommand.Freeze}. */
    record Frozen(Instant at) implements StepResult {}

    /**
     * Of {@link StepCommand.Restore}.
     *
     * @param helped bytes of content that other hosts than the source have given
     */
    record Restored(Instant at, ContainerStatus status, Map<NodeId, Long> helped)
        implements StepResult {
      /** All came from the source. */
      public Restored(Instant at, ContainerStatus status) {
        this(at, status, Map.of());
      }
    }

    /** Of {@link StepCommand.AwaitPages}; bytes as in {@link LaterPages}. */
    record PagesCame(long arrivedBytes, long waitedBytes) implements StepResult {}

    /** Of {@link StepCommand.Query}. */
    record TargetState(Fate fate) implements StepResult {}
  }

  /** What a target knows about a restore. */
  public enum Fate {
    /** Certainly nothing runs here, and nothing will unless asked again. */
    ABSENT,
    /** A restore is under way. */
    RESTORING,
    /** It runs here. */
    RUNNING
  }

  /**
   * What has to move, as the source describes it.
   *
   * @param memoryBytes resident memory of all its processes
   * @param filesBytes writable layer, layers and volumes
   * @param layers digests of its read-only layers and volumes
   * @param terminal whether its processes own a terminal
   * @param tcpEstablished number of its established TCP connections
   * @param volumes writable ones, which come with it
   */
  public record MoveDescription(
      ContainerId id,
      ContainerName name,
      ContainerStatus status,
      NetworkSpec network,
      Capabilities source,
      long memoryBytes,
      long filesBytes,
      List<String> layers,
      boolean terminal,
      int tcpEstablished,
      List<VolumeName> volumes) {
    /** Without volumes. */
    public MoveDescription(
        ContainerId id,
        ContainerName name,
        ContainerStatus status,
        NetworkSpec network,
        Capabilities source,
        long memoryBytes,
        long filesBytes,
        List<String> layers,
        boolean terminal,
        int tcpEstablished) {
      this(
          id,
          name,
          status,
          network,
          source,
          memoryBytes,
          filesBytes,
          layers,
          terminal,
          tcpEstablished,
          List.of());
    }

    public MoveDescription {
      // Written down by an earlier release: it knew of none.
      volumes = volumes == null ? List.of() : List.copyOf(volumes);
    }
  }

  /** Does a step, or attaches to it, and waits at most waitMs for its end. */
  public record StepRequest(
      MigrationId migration,
      ContainerId container,
      Fence fence,
      StepCommand command,
      long waitMs) {}

  /** Where a step is. */
  public sealed interface StepReply {
    /** Still running; ask again. */
    record Running(Progress progress) implements StepReply {}

    /** Ended well. */
    record Done(StepResult result) implements StepReply {}

    /** Ended badly; the failure says how sure that is. */
    record Failed(Failure failure) implements StepReply {}
  }
}
