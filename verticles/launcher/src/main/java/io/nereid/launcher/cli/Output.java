package io.nereid.launcher.cli;

/** How an answer is shown. */
enum Output {
  TEXT,
  JSON;

  @Override
  public String toString() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
