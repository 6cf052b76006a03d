package io.nereid.domain.id;

import java.util.regex.Pattern;

/** The name of a volume; unique in the cluster, and the name of its directory. */
public record VolumeName(String value) implements TextId, Comparable<VolumeName> {
  private static final int CHARS_MAX = 64;
  private static final Pattern RULE =
      Pattern.compile("(?!.*\\.\\.)[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");

  /** Refuses what breaks the rule with an {@link InvalidIdException} that names value and rule. */
  public VolumeName {
    TextId.check(
        "volume name",
        value,
        RULE,
        "1 to 64 characters of A-Z, a-z, 0-9, '_', '.' and '-', starting with a letter or digit, without '..'");
  }

  /** The name that a copy of it gets which comes up with another container; the same each time. */
  public VolumeName of(ContainerName container) {
    int room = CHARS_MAX - container.value().length() - 1;
    // The end of a long name goes, so that the container's stays whole.
    String stem = value.substring(0, Math.clamp(room, 1, value.length()));
    String all = stem.replaceAll("\\.+$", "") + "-" + container.value();
    return new VolumeName(all.substring(0, Math.min(all.length(), CHARS_MAX)));
  }

  @Override
  public int compareTo(VolumeName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
