package io.nereid.domain.preflight;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares the first two numbers of versions. */
final class Version {
  private static final Pattern NUMBERS = Pattern.compile("(\\d{1,6})\\.(\\d{1,6})");

  private Version() {}

  /** What one version is, seen from another. */
  enum Order {
    MAJOR_OLDER,
    MINOR_OLDER,
    SAME,
    NEWER,
    UNKNOWN
  }

  static Order compare(String mine, String other) {
    Matcher a = NUMBERS.matcher(mine);
    Matcher b = NUMBERS.matcher(other);
    if (!a.find() || !b.find()) {
      return Order.UNKNOWN;
    }
    int major = Integer.compare(Integer.parseInt(a.group(1)), Integer.parseInt(b.group(1)));
    int minor = Integer.compare(Integer.parseInt(a.group(2)), Integer.parseInt(b.group(2)));
    if (major != 0) {
      return major < 0 ? Order.MAJOR_OLDER : Order.NEWER;
    }
    return minor == 0 ? Order.SAME : minor < 0 ? Order.MINOR_OLDER : Order.NEWER;
  }
}
