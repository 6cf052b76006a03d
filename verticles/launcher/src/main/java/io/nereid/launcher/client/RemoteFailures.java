package io.nereid.launcher.client;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.util.List;

/** Failures as a gateway sends them. */
public final class RemoteFailures {
  private RemoteFailures() {}

  /** The failure that a document describes. */
  public static FailureException of(Doc doc) {
    return new FailureException(failure(doc, "the daemon reported a failure without a message"));
  }

  static Failure failure(Doc doc, String otherwise) {
    FailureCode code = FailureCode.INTERNAL;
    Certainty certainty = Certainty.UNKNOWN;
    try {
      code = FailureCode.valueOf(doc.at("code").text("INTERNAL"));
      certainty = Certainty.valueOf(doc.at("certainty").text("UNKNOWN"));
    } catch (IllegalArgumentException e) {
      // A newer daemon has codes that are not known here; its words are shown all the same.
    }
    List<String> evidence = doc.at("evidence").items().stream().map(Doc::text).toList();
    return new Failure(
        code, certainty, doc.at("message").text(otherwise), doc.at("remedy").text(), evidence);
  }
}
