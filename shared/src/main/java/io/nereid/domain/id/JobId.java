package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The identity of something that takes a while and was asked for by a person. */
public record JobId(String value) implements TextId, Comparable<JobId> {
  private static final Pattern RULE = Pattern.compile("j-[0-9a-f]{12}");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public JobId {
    TextId.check("job id", value, RULE, "'j-' and 12 hexadecimal digits");
  }

  @Override
  public int compareTo(JobId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }

  /** A new random identity. */
  public static JobId random() {
    return new JobId("j-" + RandomHex.ofBytes(6));
  }
}
