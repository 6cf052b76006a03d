package io.nereid.config;

/** A value that is never shown: not in logs, not in messages. */
public record Secret(String value) {
  @Override
  public String toString() {
    return "(secret)";
  }
}
