package io.nereid.config;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.List;

/** Settings that cannot be used; holds everything that is wrong with them, not only the first. */
public final class ConfigInvalidException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final transient List<ConfigProblem> problems;

  public ConfigInvalidException(List<ConfigProblem> problems) {
    super(message(problems));
    this.problems = List.copyOf(problems);
  }

  /** All of them, in the order of the files. */
  public List<ConfigProblem> problems() {
    return problems;
  }

  /** The same as a failure: one line of evidence for each problem. */
  public FailureException asFailure() {
    Failure failure =
        Failure.refused(
                FailureCode.CONFIG_INVALID,
                getMessage(),
                "correct the settings; conf/ has every one with its default and range")
            .withEvidence(problems.stream().map(ConfigProblem::toString).toList());
    return new FailureException(failure, this);
  }

  private static String message(List<ConfigProblem> problems) {
    String count = problems.size() == 1 ? "a problem" : problems.size() + " problems";
    return "the configuration has " + count + "; nothing was started";
  }
}
