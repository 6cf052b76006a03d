package io.nereid.domain.preflight;

/** What all findings about one host come to. */
public enum Verdict {
  /** The move is expected to work. */
  YES,
  /** It may fail; it is made only with force. */
  RISKY,
  /** It cannot work. */
  NO
}
