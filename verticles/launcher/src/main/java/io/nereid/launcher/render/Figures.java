package io.nereid.launcher.render;

import java.util.Locale;

/** Sizes and times as people read them. */
public final class Figures {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  private static final long MINUTE_S = 60;
  private static final long HOUR_S = 3_600;
  private static final long DAY_S = 86_400;

  private Figures() {}

  /** For example 12.3 MiB. */
  public static String bytes(long bytes) {
    double value = Math.max(0, bytes);
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    String format = unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s";
    return String.format(Locale.ROOT, format, value, UNITS[unit]);
  }

  /** For example 231 ms, 1.43 s, 2 min 5 s. */
  public static String millis(long ms) {
    if (ms < 1_000) {
      return ms + " ms";
    }
    if (ms < 60_000) {
      return String.format(Locale.ROOT, "%.2f s", ms / 1_000.0);
    }
    long seconds = ms / 1_000;
    return seconds / MINUTE_S + " min " + seconds % MINUTE_S + " s";
  }

  /** How long ago, coarse: 12s, 5m, 3h, 2d. */
  public static String age(long seconds) {
    if (seconds < 0) {
      return "0s";
    }
    if (seconds < 2 * MINUTE_S) {
      return seconds + "s";
    }
    if (seconds < 2 * HOUR_S) {
      return seconds / MINUTE_S + "m";
    }
    return seconds < 2 * DAY_S ? seconds / HOUR_S + "h" : seconds / DAY_S + "d";
  }

  /** Text from elsewhere for one line of a terminal: no control characters. */
  public static String clean(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints().forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
    return out.toString();
  }
}
