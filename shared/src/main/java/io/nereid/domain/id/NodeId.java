package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The name of a host in the cluster. */
public record NodeId(String value) implements TextId, Comparable<NodeId> {
  private static final Pattern RULE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public NodeId {
    TextId.check(
        "host name", value, RULE, "1 to 63 characters of a-z, 0-9 and '-', not at either end");
  }

  @Override
  public int compareTo(NodeId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
