package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The identity of a command that runs inside a container. */
public record ExecId(String value) implements TextId, Comparable<ExecId> {
  private static final Pattern RULE = Pattern.compile("x-[0-9a-f]{16}");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public ExecId {
    TextId.check("exec id", value, RULE, "'x-' and 16 hexadecimal digits");
  }

  @Override
  public int compareTo(ExecId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  /** A new random identity. */
  public static ExecId random() {
    return new ExecId("x-" + RandomHex.ofBytes(8));
  }
}
