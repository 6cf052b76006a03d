package io.nereid.protocol.message;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.Volume;
import io.nereid.domain.volume.VolumePlace;
import java.util.List;
import java.util.Optional;

/** What is asked about volumes: of the leading coordinator, and by it of a nymph. */
public final class VolumeMessages {
  private VolumeMessages() {}

  /**
   * Leader: makes one.
   *
   * @param from directory on that host whose content it gets; needed for a read-only one
   */
  public record CreateVolumeRequest(
      VolumeName name, NodeId node, boolean readOnly, Optional<String> from) {}

  /** Leader: lists all, by name. */
  public record VolumesRequest() {}

  /** Leader: finds one; NOT_FOUND when there is none of that name. */
  public record VolumeRequest(VolumeName name) {}

  /** Leader: deletes one at every host that has it; refused while a container has it. */
  public record RemoveVolumeRequest(VolumeName name) {}

  /** Reply to these: one entry for each volume and host. */
  public record VolumeList(List<VolumePlace> volumes) {}

  /** Nymph: makes one here. */
  public record MakeVolume(Term term, VolumeName name, boolean readOnly, Optional<String> from) {}

  /** Nymph: deletes one here. */
  public record DropVolume(Term term, VolumeName name) {}

  /** Nymph: what takes place on the disk. */
  public record MeasureVolume(VolumeName name) {}

  /**
   * Reply to {@link MeasureVolume}.
   *
   * @param path where its content is on the host
   * @param bytes on the disk; -1 when counting takes too long
   */
  public record VolumeSize(Volume volume, String path, long bytes) {}

  /** Nymph: which are here? */
  public record HeldVolumesRequest() {}

  /** Reply to {@link HeldVolumesRequest}. */
  public record HeldVolumes(long version, List<Volume> volumes) {}
}
