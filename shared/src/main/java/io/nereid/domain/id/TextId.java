package io.nereid.domain.id;

import java.util.regex.Pattern;

/** An identity that is one string on the wire. */
public sealed interface TextId
    permits ContainerId, ContainerName, ExecId, JobId, MigrationId, NodeId, SnapshotId, VolumeName {
  /** The text itself. */
  String value();

  /** Throws {@link InvalidIdException} unless the whole value matches. */
  static void check(String what, String value, Pattern rule, String words) {
    if (value == null || !rule.matcher(value).matches()) {
      throw new InvalidIdException(what, value, words);
    }
  }
}
