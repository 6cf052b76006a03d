package io.nereid.launcher.cli;

import io.nereid.domain.failure.Failure;
import java.util.LinkedHashMap;
import java.util.Map;

/** A failure for a program, with the members that the gateway uses, too. */
final class FailureJson {
  private FailureJson() {}

  static Map<String, Object> of(Failure failure) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("code", failure.code().name());
    json.put("exitCode", failure.code().exitCode());
    json.put("certainty", failure.certainty().name());
    json.put("message", failure.message());
    json.put("remedy", failure.remedy());
    json.put("evidence", failure.evidence());
    return json;
  }
}
