package io.nereid.launcher.render;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;

/** A failure for a person: what happened, why, what to do. */
public final class FailureText {
  private FailureText() {}

  /** Lines, each with its end. */
  public static String of(Failure failure) {
    StringBuilder out = new StringBuilder();
    out.append("nereid: ").append(Figures.clean(failure.message())).append('\n');
    for (String line : failure.evidence()) {
      out.append("  ").append(Figures.clean(line)).append('\n');
    }
    if (failure.certainty() == Certainty.UNKNOWN && failure.remedy().isEmpty()) {
      out.append("  whether it took effect is not known\n");
    }
    if (!failure.remedy().isEmpty()) {
      out.append("  ").append(Figures.clean(failure.remedy())).append('\n');
    }
    return out.toString();
  }
}
