package io.nereid.domain.preflight;

/** How much a finding weighs; in rising order. */
public enum Severity {
  /** Looked at and fine. */
  OK,
  /** Fine, and worth knowing. */
  INFO,
  /** May fail or surprise; a person may insist on the move. */
  RISK,
  /** Cannot work; nobody can insist on it. */
  REJECT
}
