package io.nereid.nymph.volume;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.Volume;
import io.nereid.domain.volume.VolumeUser;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What this host keeps on disk about one volume.
 *
 * @param format of this record
 * @param digest of a read-only one; empty for a writable one
 */
public record VolumeRecord(
    int format,
    VolumeName name,
    Stage stage,
    boolean readOnly,
    String digest,
    Instant created,
    List<VolumeUser> users) {
  static final int FORMAT = 1;

  /** What has to be done about it when the daemon comes back. */
  public enum Stage {
    /** Being made: removed when it was interrupted. */
    CREATING,
    /** Here. */
    READY,
    /** Coming with a container: that decides. */
    ARRIVING,
    /** Goes when the container that has it does. */
    CONDEMNED,
    /** Being removed: removal goes on. */
    REMOVING
  }

  public VolumeRecord {
    users = List.copyOf(users);
  }

  VolumeRecord withStage(Stage next) {
    return new VolumeRecord(format, name, next, readOnly, digest, created, users);
  }

  VolumeRecord withDigest(String content) {
    return new VolumeRecord(format, name, stage, readOnly, content, created, users);
  }

  VolumeRecord withUser(VolumeUser user) {
    List<VolumeUser> more = new ArrayList<>(without(user.id()).users);
    more.add(user);
    return new VolumeRecord(format, name, stage, readOnly, digest, created, more);
  }

  VolumeRecord without(ContainerId id) {
    List<VolumeUser> left = users.stream().filter(u -> !u.id().equals(id)).toList();
    return new VolumeRecord(format, name, stage, readOnly, digest, created, left);
  }

  boolean isUsedBy(ContainerId id) {
    return users.stream().anyMatch(u -> u.id().equals(id));
  }

  Volume shown() {
    return new Volume(name, readOnly, digest, created, users);
  }
}
