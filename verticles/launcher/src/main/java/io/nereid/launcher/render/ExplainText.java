package io.nereid.launcher.render;

import io.nereid.explain.Cause;
import io.nereid.explain.Explanation;
import io.nereid.explain.LogText;
import java.util.Optional;

/** An explanation for a person: the cause, the line that shows it, what to do. */
public final class ExplainText {
  private ExplainText() {}

  /**
   * Lines, each with its end.
   *
   * @param subject the log or the migration
   */
  public static String of(String subject, Explanation explanation) {
    StringBuilder out = new StringBuilder();
    Optional<Cause> known = explanation.known();
    if (known.isPresent()) {
      Cause cause = known.get();
      out.append(cause.id()).append(": ").append(cause.title()).append('\n');
      line(out, explanation.error());
      line(out, cause.means());
      line(out, "what to do: " + cause.remedy());
      line(out, "more: " + cause.link());
    } else if (explanation.error().isEmpty()) {
      out.append("there is no error in ").append(LogText.clean(subject)).append("; it ends so:\n");
      explanation.excerpt().forEach(l -> line(out, l));
    } else {
      out.append("unknown: the cause is not among the known ones (").append(Cause.DOCUMENT);
      out.append("); the last error is\n");
      line(out, explanation.error());
      out.append("with its surroundings:\n");
      explanation.excerpt().forEach(l -> line(out, l));
    }
    return out.toString();
  }

  private static void line(StringBuilder out, String text) {
    out.append("  ").append(LogText.clean(text)).append('\n');
  }
}
