package io.nereid.domain.volume;

import io.nereid.domain.id.VolumeName;
import java.time.Instant;
import java.util.List;

/**
 * A volume as its host sees it.
 *
 * @param digest of the content of a read-only one; empty for a writable one
 * @param users containers that have it, whether they run or not
 */
public record Volume(
    VolumeName name, boolean readOnly, String digest, Instant created, List<VolumeUser> users) {
  public Volume {
    users = List.copyOf(users);
  }
}
