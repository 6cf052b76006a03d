package io.nereid.port;

/**
 * Which set of a migration: content of the earlier ones is the base of the later ones. There may be
 * several of {@link #ROUND}, each beside those before it; a later one of another label replaces the
 * earlier one.
 */
public enum SetLabel {
  AHEAD,
  FINAL,
  /** Memory that has changed since it was sent, while the container still ran. */
  ROUND
}
