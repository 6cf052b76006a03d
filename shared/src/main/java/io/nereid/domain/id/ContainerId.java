package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The identity of a container; stays the same through every move and is never used again. */
public record ContainerId(String value) implements TextId, Comparable<ContainerId> {
  private static final Pattern RULE = Pattern.compile("[0-9a-f]{32}");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public ContainerId {
    TextId.check("container id", value, RULE, "32 hexadecimal digits");
  }

  @Override
  public int compareTo(ContainerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  /** A new random identity. */
  public static ContainerId random() {
    return new ContainerId(RandomHex.ofBytes(16));
  }
}
