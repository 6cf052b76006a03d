package io.nereid.domain.snapshot;

import io.nereid.domain.id.SnapshotId;
import java.util.List;

/**
 * What was found when a snapshot was verified on one host.
 *
 * @param bytes of all its files
 * @param damaged pieces of content and lists that are not what they were
 * @param repaired how many of them have been put right
 * @param words about some of what was damaged, for a person
 */
public record SnapshotCheck(
    SnapshotId id, long bytes, int damaged, int repaired, List<String> words) {
  public SnapshotCheck {
    words = List.copyOf(words);
  }

  /** Whether all of it can be used now. */
  public boolean sound() {
    return repaired == damaged;
  }
}
