package io.nereid.domain.failure;

import java.util.List;
import java.util.Objects;

/**
 * One failure, complete enough to act upon.
 *
 * @param code for programs
 * @param certainty whether the effect may have happened all the same
 * @param message what happened, to what and why: one or two sentences for a person
 * @param remedy what to do now, or empty
 * @param evidence command line, exit, last lines of output, log excerpts, paths; bounded
 */
public record Failure(
    FailureCode code, Certainty certainty, String message, String remedy, List<String> evidence) {
  /** More lines of evidence than this are cut, the newest kept. */
  public static final int EVIDENCE_LINES_MAX = 60;

  public Failure {
    Objects.requireNonNull(code, "code");
    Objects.requireNonNull(certainty, "certainty");
    Objects.requireNonNull(message, "message");
    remedy = remedy == null ? "" : remedy;
    evidence = evidence == null ? List.of() : tail(evidence);
  }

  /** A definite failure. */
  public static Failure of(FailureCode code, String message, String remedy) {
    return new Failure(code, Certainty.RAN_AND_FAILED, message, remedy, List.of());
  }

  /** A failure before anything was done. */
  public static Failure refused(FailureCode code, String message, String remedy) {
    return new Failure(code, Certainty.DID_NOT_RUN, message, remedy, List.of());
  }

  /** Nobody knows whether it happened. */
  public static Failure unknown(FailureCode code, String message, String remedy) {
    return new Failure(code, Certainty.UNKNOWN, message, remedy, List.of());
  }

  /** The same with other evidence. */
  public Failure withEvidence(List<String> lines) {
    return new Failure(code, certainty, message, remedy, lines);
  }

  /** The same, saying first during what it happened. */
  public Failure during(String step) {
    return new Failure(code, certainty, step + ": " + message, remedy, evidence);
  }

  private static List<String> tail(List<String> lines) {
    int from = Math.max(0, lines.size() - EVIDENCE_LINES_MAX);
    return List.copyOf(lines.subList(from, lines.size()));
  }
}
