package io.nereid.port;

/**
 * Which set of a migration: content of the earlier ones is the base of the later ones. There may be
 * several of {@link #ROUND}, each beside those before it; a later one of another label replaces the
 * earlier one.
 */
public enum SetLabel {
  AHEAD,
  /** The images of a frozen container; all that was not sent as {@link #FILES} with them. */
  FINAL,
  /** Memory that has changed since it was sent, while the container still ran. */
  ROUND,
  /** The files of a frozen container, while it is dumped. */
  FILES;

  /** Whether a frozen container waits for it. */
  public boolean isOfFrozen() {
    return this == FINAL || this == FILES;
  }
}
