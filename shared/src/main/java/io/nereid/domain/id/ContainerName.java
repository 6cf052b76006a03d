package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The name that a person gives to a container; unique in the cluster. */
public record ContainerName(String value) implements TextId, Comparable<ContainerName> {
  private static final Pattern RULE =
      Pattern.compile("(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public ContainerName {
    TextId.check(
        "container name",
        value,
        RULE,
        "1 to 64 characters of A-Z, a-z, 0-9, '_', '.' and '-', starting with a letter or digit, without '..'");
  }

  @Override
  public int compareTo(ContainerName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
