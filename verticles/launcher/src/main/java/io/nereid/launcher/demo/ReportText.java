package io.nereid.launcher.demo;

import io.nereid.launcher.demo.Report.Check;
import io.nereid.launcher.demo.Report.Move;
import java.util.Locale;

/** A report for people: one line for each move, then the medians and the checks. */
final class ReportText {
  private static final String ROW = "%-8s %-7s %-11s %9s %9s %9s %10s %10s %9s %5s%n";
  private static final long MIB = 1 << 20;
  private static final long KIB = 1 << 10;

  private ReportText() {}

  static String of(Report report) {
    StringBuilder text = new StringBuilder();
    text.append(
        row(
            "what",
            "move",
            "outcome",
            "pause",
            "silence",
            "total",
            "sent",
            "saved",
            "requests",
            "lost"));
    for (Move move : report.moves()) {
      text.append(
          row(
              move.workload(),
              move.from() + " → " + move.to(),
              move.outcome(),
              move.pauseMs() + " ms",
              move.client().longestGapMs() + " ms",
              move.totalMs() + " ms",
              bytes(move.bytesSent()),
              bytes(Math.max(0, move.bytesTotal() - move.bytesSent())),
              Long.toString(move.client().requests()),
              Long.toString(move.client().lost() + move.client().duplicated())));
      move.failure().ifPresent(why -> text.append("         ").append(why).append('\n'));
    }
    report
        .median()
        .ifPresent(median ->
            text.append(
                row(
                    "median",
                    "",
                    "",
                    median.pauseMs() + " ms",
                    median.longestGapMs() + " ms",
                    median.totalMs() + " ms",
                    bytes(median.bytesSent()),
                    "",
                    "",
                    "")));
    text.append(
        """

        pause: from freeze to restore. silence: the longest time without an answer that the client saw.
        lost: requests that were not answered, or answered twice.

        """);
    for (Check check : report.checks()) {
      text.append(check.ok() ? "  ok      " : "  FAILED  ").append(check.what()).append('\n');
      check.detail().forEach(line -> text.append("            ").append(line).append('\n'));
    }
    return text.toString();
  }

  /** For example 3.1 MiB. */
  static String bytes(long bytes) {
    if (bytes < KIB) {
      return bytes + " B";
    }
    return bytes < MIB
        ? String.format(Locale.ROOT, "%.1f KiB", bytes / (double) KIB)
        : String.format(Locale.ROOT, "%.1f MiB", bytes / (double) MIB);
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, ROW, cells).stripTrailing() + "\n";
  }
}
