package io.nereid.explain;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What a log tells about its failure. */
public sealed interface Explanation {
  /** Begins the line of evidence that names a cause. */
  String EVIDENCE = "cause: ";

  /** Some lines around the one that counts, or the last ones. */
  List<String> excerpt();

  /** The cause, when it is a known one. */
  default Optional<Cause> known() {
    return this instanceof Known k ? Optional.of(k.cause()) : Optional.empty();
  }

  /** The words of the error that counts, without time and place; empty when there is none. */
  String error();

  /**
   * A cause of the table.
   *
   * @param line the line that shows it
   */
  record Known(Cause cause, String line, List<String> excerpt) implements Explanation {
    @Override
    public String error() {
      return Explainer.words(line);
    }
  }

  /** There are errors, but the table does not have their cause. */
  record Unknown(String line, List<String> excerpt) implements Explanation {
    @Override
    public String error() {
      return Explainer.words(line);
    }
  }

  /** Nothing in it is an error. */
  record NoError(List<String> excerpt) implements Explanation {
    @Override
    public String error() {
      return "";
    }
  }

  /** The remedy with the place where there is more; empty when the cause is not known. */
  default String remedy() {
    return known().map(c -> c.remedy() + " (" + c.link() + ")").orElse("");
  }

  /** A failure that tells the cause, too; the same one when it is not known. */
  default Failure onto(Failure failure) {
    return known().map(cause -> explained(failure, cause)).orElse(failure);
  }

  private Failure explained(Failure failure, Cause cause) {
    List<String> evidence = new ArrayList<>(failure.evidence());
    evidence.add(EVIDENCE + cause.id());
    boolean full = cause.id().equals(Causes.NO_SPACE) && failure.certainty() != Certainty.UNKNOWN;
    return new Failure(
        full ? FailureCode.NO_SPACE : failure.code(),
        failure.certainty(),
        failure.message(),
        remedy(),
        evidence);
  }
}
