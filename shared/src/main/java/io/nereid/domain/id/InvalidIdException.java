package io.nereid.domain.id;

/** A name or identity that breaks its rule. The message names the value and the rule. */
public final class InvalidIdException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN_CHARS_MAX = 80;

  /**
   * The value is shown shortened and with control characters replaced: it may come from anywhere.
   */
  public InvalidIdException(String what, String value, String rule) {
    super("invalid " + what + " " + shown(value) + ": must be " + rule);
  }

  private static String shown(String value) {
    if (value == null) {
      return "(missing)";
    }
    StringBuilder out = new StringBuilder("'");
    value
        .codePoints()
        .limit(SHOWN_CHARS_MAX)
        .forEach(c -> out.appendCodePoint(Character.isISOControl(c) ? '\uFFFD' : c));
    if (value.codePointCount(0, value.length()) > SHOWN_CHARS_MAX) {
      out.append('…');
    }
    return out.append('\'').toString();
  }
}
