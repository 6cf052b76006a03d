package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.launcher.client.Doc;
import java.util.List;

/** What the end of a migration means for the command that watched it. */
final class MigrationOutcome {
  private MigrationOutcome() {}

  /** 0 when it succeeded; otherwise says why not. In JSON the reason is in the document. */
  static int exitCode(Shell shell, Doc migration, boolean json) {
    String phase = migration.at("phase").text();
    if (phase.equals("SUCCEEDED")) {
      return 0;
    }
    Failure failure = failure(migration, phase);
    return json ? failure.code().exitCode() : Failures.report(shell, failure, false);
  }

  private static Failure failure(Doc migration, String phase) {
    Doc cause = migration.at("failure");
    boolean operator = phase.equals("NEEDS_OPERATOR");
    FailureCode code = operator ? FailureCode.NEEDS_OPERATOR : code(cause.at("code").text());
    String message =
        cause.at("message").text("the migration ended as " + phase + " without a reason");
    String remedy = cause.at("remedy").text();
    if (!operator) {
      String runs = migration.at("name").text() + " runs on at " + migration.at("source").text();
      remedy = remedy.isEmpty() ? runs : runs + "; " + remedy;
    }
    List<String> evidence = cause.at("evidence").items().stream().map(Doc::text).toList();
    return Failure.of(code, message, remedy).withEvidence(evidence);
  }

  private static FailureCode code(String name) {
    try {
      return FailureCode.valueOf(name);
    } catch (IllegalArgumentException e) {
      return FailureCode.INTERNAL;
    }
  }
}
