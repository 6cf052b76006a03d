package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;

/** What options may be. */
final class Ranges {
  private Ranges() {}

  /** Refuses what is outside. */
  static void require(String command, String option, long value, long min, long max) {
    if (value < min || value > max) {
      throw refused(command, option + " has " + value + " but must be from " + min + " to " + max);
    }
  }

  static FailureException refused(String command, String message) {
    return new FailureException(
        Failure.refused(FailureCode.BAD_REQUEST, message, "see 'nereid " + command + " --help'"));
  }
}
