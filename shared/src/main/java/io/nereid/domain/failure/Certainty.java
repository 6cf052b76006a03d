package io.nereid.domain.failure;

/** How sure a failure is. Nothing is ever undone on {@link #UNKNOWN} without asking first. */
public enum Certainty {
  /** The request did not reach anybody: repeating it is safe. */
  DID_NOT_RUN,
  /** It ran and failed; the failure says how far it got. */
  RAN_AND_FAILED,
  /** No answer: it may have happened, may still be happening, or not. */
  UNKNOWN
}
