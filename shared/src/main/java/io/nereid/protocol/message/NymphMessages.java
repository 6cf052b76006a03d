package io.nereid.protocol.message;

import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.ExecId;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.snapshot.PolicyWish;
import io.nereid.domain.volume.VolumeMount;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one nymph is asked about its containers. */
public final class NymphMessages {
  /** The most bytes of output or log that one reply carries. */
  public static final int CHUNK_BYTES_MAX = 256 * 1024;

  private NymphMessages() {}

  /**
   * Checks the bundle, takes its root file system in, makes the container; starts it if asked.
   *
   * @param protect how it is protected by snapshots; absent: as the host's settings say
   * @param volumes that it gets beside those that its bundle names
   */
  public record CreateRequest(
      Fence fence,
      ContainerId id,
      ContainerName name,
      String bundle,
      NetworkSpec network,
      boolean start,
      Optional<PolicyWish> protect,
      List<VolumeMount> volumes) {
    /** As the host's settings say, without volumes but those of its bundle. */
    public CreateRequest(
        Fence fence,
        ContainerId id,
        ContainerName name,
        String bundle,
        NetworkSpec network,
        boolean start) {
      this(fence, id, name, bundle, network, start, Optional.empty(), List.of());
    }
  }

  /** Does something to one container. */
  public record CommandRequest(Fence fence, ContainerId id, ContainerAction action) {}

  /** Asks for everything known about one container. */
  public record InspectRequest(ContainerId id) {}

  /**
   * Everything known about one container.
   *
   * @param limits resource limits as the bundle gives them, for people
   * @param mounts destination of each mount of the bundle
   */
  public record Inspection(
      ContainerStatus status,
      String bundle,
      String layerDigest,
      String rootfs,
      String upper,
      String cgroup,
      String logPath,
      long memoryBytes,
      long upperBytes,
      Map<String, String> limits,
      List<String> mounts,
      Map<String, String> annotations) {}

  /**
   * Reads the log from a position.
   *
   * @param cursor position in the log; 0 is the beginning; stays valid across moves
   * @param tail when not negative, start so many lines before the end instead of at the cursor
   * @param sinceEpochMs leave out older lines; 0 for all
   * @param waitMs wait so long for something new when there is nothing
   */
  public record LogsRequest(
      ContainerId id, long cursor, int tail, long sinceEpochMs, int bytesMax, long waitMs) {}

  /** Which stream a line came from. */
  public enum Stream {
    STDOUT,
    STDERR
  }

  /**
   * One piece of log.
   *
   * @param partial true when the line goes on in the next piece
   */
  public record LogLine(String time, Stream stream, String text, boolean partial) {}

  /**
   * Reply to {@link LogsRequest}.
   *
   * @param end true when the container has ended and nothing more will come
   */
  public record LogChunk(List<LogLine> lines, long nextCursor, boolean end) {}

  /**
   * Starts a command inside a container.
   *
   * @param user uid[:gid], when not the container's own
   * @param terminal give it a terminal of columns × rows
   * @param stdin whether input will be sent
   */
  public record ExecRequest(
      Fence fence,
      ContainerId id,
      List<String> command,
      List<String> env,
      Optional<String> cwd,
      Optional<String> user,
      boolean terminal,
      boolean stdin,
      int columns,
      int rows) {}

  /** Reply to {@link ExecRequest}. */
  public record ExecStarted(ExecId exec) {}

  /**
   * Exchanges input and output; the caller repeats it until the exit code comes. One at a time.
   *
   * @param input bytes for its standard input, at most {@link #CHUNK_BYTES_MAX}
   * @param closeInput no more input after this
   * @param columns new width of the terminal; 0: unchanged
   * @param waitMs wait so long for output
   */
  public record ExecIoRequest(
      ExecId exec, byte[] input, boolean closeInput, int columns, int rows, long waitMs) {}

  /**
   * Output since the last exchange; the exit code when it has ended and all output was read. With a
   * terminal all output is {@code stdout}.
   */
  public record ExecIo(byte[] stdout, byte[] stderr, Optional<Integer> exitCode) {}

  /** Ends a command whose caller has gone away. */
  public record ExecKillRequest(ExecId exec) {}

  /** Asks a source about a running container, for a judgement; changes nothing. */
  public record SourceFactsRequest(ContainerId id) {}

  /** Asks a host to which a container may come; changes nothing. */
  public record TargetFactsRequest(ContainerFacts container) {}

  /** Asks for a full report. */
  public record ReportRequest() {}

  /**
   * Sent by the source's nymph to the target's right after the freeze: announce the address now, so
   * that clients' packets go (and are parked) where the container will be. Best effort.
   */
  public record AnnounceRequest(Fence fence, ContainerId id, MigrationId migration, NodeId from) {}
}
