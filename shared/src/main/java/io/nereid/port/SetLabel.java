package io.nereid.port;

/** Which of the two sets of a migration: content of the first is the base of the second. */
public enum SetLabel {
  AHEAD,
  FINAL
}
