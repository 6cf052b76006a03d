package io.nereid.launcher.render;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;

/** Moments as other programs write them. */
final class Times {
  private Times() {}

  /** The age of a moment; empty when it is none. */
  static String since(String moment, Instant now) {
    try {
      return moment.isEmpty()
          ? ""
          : Figures.age(Duration.between(Instant.parse(moment), now).toSeconds());
    } catch (DateTimeException e) {
      return "";
    }
  }

  /** Milliseconds between two moments, or -1. */
  static long between(String from, String to) {
    try {
      return Duration.between(Instant.parse(from), Instant.parse(to)).toMillis();
    } catch (DateTimeException e) {
      return -1;
    }
  }
}
