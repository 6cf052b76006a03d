package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.launcher.client.Json;
import io.nereid.launcher.render.FailureText;

/** Says what went wrong. */
final class Failures {
  private Failures() {}

  /** On standard error, after everything that was said before; returns the exit code. */
  static int report(Shell shell, Failure failure, boolean json) {
    shell.out().flush();
    if (json) {
      shell.err().println(Json.text(FailureJson.of(failure), true));
    } else {
      shell.err().print(FailureText.of(failure));
    }
    shell.err().flush();
    return failure.code().exitCode();
  }
}
