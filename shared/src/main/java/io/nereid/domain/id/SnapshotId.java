package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The identity of one snapshot; the same on every host that holds it. */
public record SnapshotId(String value) implements TextId, Comparable<SnapshotId> {
  private static final Pattern RULE = Pattern.compile("s-[0-9a-f]{12}");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public SnapshotId {
    TextId.check("snapshot id", value, RULE, "'s-' and 12 hexadecimal digits");
  }

  @Override
  public int compareTo(SnapshotId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  /** A new random identity. */
  public static SnapshotId random() {
    return new SnapshotId("s-" + RandomHex.ofBytes(6));
  }
}
