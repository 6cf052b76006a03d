package io.nereid.config;

/** Values of unknown origin as they may be printed. */
final class Shown {
  private static final int CHARS_MAX = 120;

  private Shown() {}

  /** In quotes, without control characters, shortened. */
  static String value(String text) {
    StringBuilder out = new StringBuilder("'");
    text.codePoints()
        .limit(CHARS_MAX)
        .forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
    if (text.codePointCount(0, text.length()) > CHARS_MAX) {
      out.append('…');
    }
    return out.append('\'').toString();
  }
}
