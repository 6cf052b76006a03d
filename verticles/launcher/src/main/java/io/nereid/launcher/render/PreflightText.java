package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.util.List;
import java.util.Locale;

/** What preflight says: a verdict for each host, and below it the reasons. */
public final class PreflightText {
  private PreflightText() {}

  /** A table and the findings that are more than fine. Lines, each with its end. */
  public static String report(Doc report) {
    List<Doc> hosts = report.at("hosts").items();
    StringBuilder out = new StringBuilder();
    out.append(Figures.clean(report.at("name").text()))
        .append(" on ")
        .append(Figures.clean(report.at("source").text()))
        .append(": ")
        .append(Figures.bytes(report.at("memoryBytes").number(0)))
        .append(" of memory, ")
        .append(Figures.bytes(report.at("filesBytes").number(0)))
        .append(" of files\n");
    if (hosts.isEmpty()) {
      return out.append("there is no other host in the cluster\n").toString();
    }
    Table table = new Table("HOST", "VERDICT", "PAUSE", "TOTAL", "TO SEND", "AGAINST");
    for (Doc host : hosts) {
      Doc cost = host.at("prediction");
      table.row(
          host.at("host").text(),
          verdict(host),
          cost.isPresent() ? "~" + Figures.millis(cost.at("pauseMs").number(0)) : "",
          cost.isPresent() ? "~" + Figures.millis(cost.at("totalMs").number(0)) : "",
          cost.isPresent() ? "~" + Figures.bytes(cost.at("bytes").number(0)) : "",
          against(host));
    }
    out.append(table);
    hosts.forEach(host -> findings(host, out));
    hosts.stream()
        .map(host -> RoundsText.expected(host.at("prediction")))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .ifPresent(text -> out.append(text).append('\n'));
    hosts.stream()
        .map(host -> host.at("prediction", "basis").text())
        .filter(basis -> !basis.isEmpty())
        .findFirst()
        .ifPresent(basis -> out.append("prediction: ").append(Figures.clean(basis)).append('\n'));
    return out.toString();
  }

  /** Whether a move to one of the hosts would start. */
  public static boolean allows(Doc report, boolean force) {
    return report.at("hosts").items().stream()
        .map(host -> host.at("verdict").text())
        .anyMatch(verdict -> verdict.equals("YES") || (force && verdict.equals("RISKY")));
  }

  private static String verdict(Doc host) {
    return host.at("verdict").text("unknown").toLowerCase(Locale.ROOT);
  }

  private static String against(Doc host) {
    return String.join(
        ", ",
        host.at("findings").items().stream()
            .filter(f -> isAgainst(f.at("severity").text()))
            .map(f -> f.at("id").text())
            .distinct()
            .toList());
  }

  private static boolean isAgainst(String severity) {
    return severity.equals("RISK") || severity.equals("REJECT");
  }

  private static void findings(Doc host, StringBuilder out) {
    for (Doc finding : host.at("findings").items()) {
      String severity = finding.at("severity").text();
      if (severity.equals("OK")) {
        continue;
      }
      out.append(Figures.clean(host.at("host").text()))
          .append(": ")
          .append(severity.toLowerCase(Locale.ROOT))
          .append(' ')
          .append(Figures.clean(finding.at("id").text()))
          .append(": ")
          .append(Figures.clean(finding.at("message").text()))
          .append('\n');
      String remedy = finding.at("remedy").text();
      if (!remedy.isEmpty() && isAgainst(severity)) {
        out.append("  ").append(Figures.clean(remedy)).append('\n');
      }
    }
  }
}
