package io.nereid.domain.preflight;

import java.util.Objects;

/**
 * One thing that was looked at.
 *
 * @param id which check, for programs; docs/preflight.md lists them
 * @param message the value, the host and the rule, for a person
 * @param remedy what to do about it, or empty
 */
public record Finding(String id, Severity severity, String message, String remedy) {
  public Finding {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(severity, "severity");
    Objects.requireNonNull(message, "message");
    remedy = remedy == null ? "" : remedy;
  }

  static Finding ok(String id, String message) {
    return new Finding(id, Severity.OK, message, "");
  }

  static Finding info(String id, String message) {
    return new Finding(id, Severity.INFO, message, "");
  }

  static Finding risk(String id, String message, String remedy) {
    return new Finding(id, Severity.RISK, message, remedy);
  }

  /** A finding that excludes the move. */
  public static Finding reject(String id, String message, String remedy) {
    return new Finding(id, Severity.REJECT, message, remedy);
  }

  /** Whether it speaks against the move. */
  public boolean speaksAgainst() {
    return severity == Severity.RISK || severity == Severity.REJECT;
  }
}
