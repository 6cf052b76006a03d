package io.nereid.nymph.bundle;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;

/** The ways in which a bundle is refused. */
final class BundleProblem {
  private BundleProblem() {}

  static FailureException invalid(Object bundle, String problem, String remedy) {
    return refused(FailureCode.BUNDLE_INVALID, bundle, problem, remedy);
  }

  static FailureException unsupported(Object bundle, String problem, String remedy) {
    return refused(FailureCode.UNSUPPORTED, bundle, problem, remedy);
  }

  private static FailureException refused(
      FailureCode code, Object bundle, String problem, String remedy) {
    return new FailureException(
        Failure.refused(code, "bundle '" + bundle + "': " + problem, remedy));
  }
}
