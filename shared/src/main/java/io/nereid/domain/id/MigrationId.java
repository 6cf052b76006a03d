package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The identity of one migration. */
public record MigrationId(String value) implements TextId, Comparable<MigrationId> {
  private static final Pattern RULE = Pattern.compile("m-[0-9a-f]{12}");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public MigrationId {
    TextId.check("migration id", value, RULE, "'m-' and 12 hexadecimal digits");
  }

  @Override
  public int compareTo(MigrationId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  /** A new random identity. */
  public static MigrationId random() {
    return new MigrationId("m-" + RandomHex.ofBytes(6));
  }
}
