package io.nereid.launcher.render;

import io.nereid.launcher.client.Doc;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Migrations: as a table, as progress, as a report at the end. */
public final class MigrationText {
  private static final int BAR_CHARS = 24;

  private MigrationText() {}

  /** One row for each migration. */
  public static String table(List<Doc> migrations, Instant now) {
    Table table =
        new Table("ID", "CONTAINER", "FROM", "TO", "PHASE", "AGE", "TOOK", "FROZEN", "SENT", "OF");
    for (Doc migration : migrations) {
      long took = tookMs(migration);
      Doc frozen = migration.at("frozenMs");
      table.row(
          migration.at("id").text(),
          migration.at("name").text(),
          migration.at("source").text(),
          migration.at("target").text(),
          phase(migration),
          Times.since(migration.at("started").text(), now),
          took < 0 ? "" : Figures.millis(took),
          frozen.isPresent() ? Figures.millis(frozen.number(0)) : "",
          Figures.bytes(migration.at("bytesSent").number(0)),
          Figures.bytes(migration.at("bytesTotal").number(0)));
    }
    return table.toString();
  }

  /** The name of its phase in words. */
  public static String phase(Doc migration) {
    return migration.at("phase").text("unknown").toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** True when nothing more will happen. */
  public static boolean isFinal(Doc migration) {
    return switch (migration.at("phase").text()) {
      case "SUCCEEDED", "ROLLED_BACK", "NEEDS_OPERATOR" -> true;
      default -> false;
    };
  }

  /** One line for a terminal, no wider than it. */
  public static String bar(Doc migration, int columns) {
    long permille = permille(migration.at("progress"));
    StringBuilder line = new StringBuilder();
    line.append(way(migration)).append("  ");
    line.append(String.format(Locale.ROOT, "%-9s ", phase(migration)));
    if (permille >= 0) {
      int full = (int) (permille * BAR_CHARS / 1000);
      line.append('[').append("#".repeat(full)).append("-".repeat(BAR_CHARS - full)).append("] ");
    }
    line.append(amounts(migration));
    return line.length() < columns ? line.toString() : line.substring(0, columns - 1);
  }

  /** One line for a file or a pipe. */
  public static String plain(Doc migration) {
    String amounts = amounts(migration);
    return way(migration) + "  " + phase(migration) + (amounts.isEmpty() ? "" : "  " + amounts);
  }

  /** What became of it. Lines, each with its end. */
  public static String report(Doc migration) {
    String name = Figures.clean(migration.at("name").text());
    String source = Figures.clean(migration.at("source").text());
    String target = Figures.clean(migration.at("target").text());
    long took = tookMs(migration);
    String time = took < 0 ? "" : " in " + Figures.millis(took);
    StringBuilder out = new StringBuilder();
    Doc frozen = migration.at("frozenMs");
    if (migration.at("phase").text().equals("SUCCEEDED")) {
      out.append(name).append(" moved from ").append(source).append(" to ").append(target);
      out.append(time);
      if (frozen.isPresent()) {
        out.append(", frozen for ").append(Figures.millis(frozen.number(0)));
      }
    } else {
      out.append(name).append(" did not move from ").append(source).append(" to ").append(target);
      out.append(time).append(": ").append(phase(migration));
    }
    out.append('\n');
    String sent = sent(migration);
    if (!sent.isEmpty()) {
      out.append("  ").append(sent).append('\n');
    }
    out.append(RoundsText.of(migration.at("rounds")));
    out.append(later(migration.at("later")));
    String predicted = predicted(migration);
    if (!predicted.isEmpty()) {
      out.append("  ").append(predicted).append('\n');
    }
    String phases = phases(migration);
    if (!phases.isEmpty()) {
      out.append("  ").append(phases).append('\n');
    }
    String waiting = migration.at("waiting", "message").text();
    if (!waiting.isEmpty()) {
      out.append("  still to do: ").append(Figures.clean(waiting)).append('\n');
    }
    return out.toString();
  }

  private static String way(Doc migration) {
    return Figures.clean(
        migration.at("name").text()
            + " "
            + migration.at("source").text()
            + " -> "
            + migration.at("target").text());
  }

  private static String amounts(Doc migration) {
    List<String> parts = new ArrayList<>();
    Doc progress = migration.at("progress");
    long permille = permille(progress);
    long round = progress.at("round").number(0);
    if (round > 0 && !isFinal(migration)) {
      parts.add("round " + round);
    }
    if (permille >= 0 && !isFinal(migration)) {
      parts.add(permille / 10 + " % of " + Figures.bytes(progress.at("bytesTotal").number(0)));
      parts.add(Figures.bytes(progress.at("bytesSent").number(0)) + " sent");
      long rate = progress.at("bytesPerSecond").number(0);
      if (rate > 0) {
        parts.add(Figures.bytes(rate) + "/s");
      }
      long remaining = progress.at("remainingMs").number(-1);
      if (remaining >= 0) {
        parts.add(Figures.millis(remaining) + " left");
      }
    }
    String waiting = migration.at("waiting", "message").text();
    if (!waiting.isEmpty()) {
      parts.add("waiting: " + Figures.clean(waiting));
    }
    return String.join(", ", parts);
  }

  private static long permille(Doc progress) {
    long total = progress.at("bytesTotal").number(0);
    long done = progress.at("bytesDone").number(0);
    return total <= 0 ? -1 : Math.clamp((long) (1000.0 * done / total), 0, 1000);
  }

  private static String sent(Doc migration) {
    long total = migration.at("bytesTotal").number(0);
    long sent = migration.at("bytesSent").number(0);
    if (total <= 0) {
      return "";
    }
    String text = "sent " + Figures.bytes(sent) + " of " + Figures.bytes(total);
    text =
        sent < total
            ? text + String.format(Locale.ROOT, " (%.1f %% saved)", 100.0 * (total - sent) / total)
            : text;
    return text + helped(migration.at("helped"));
  }

  private static String helped(Doc helped) {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<String, Doc> host : helped.members().entrySet()) {
      text.append(text.isEmpty() ? "; " : ", ")
          .append(Figures.bytes(host.getValue().number(0)))
          .append(" from host ")
          .append(Figures.clean(host.getKey()));
    }
    return text.toString();
  }

  private static String later(Doc later) {
    if (!later.isPresent()) {
      return "";
    }
    long took = later.at("tookMs").number(-1);
    return "  left for later: "
        + Figures.bytes(later.at("bytes").number(0))
        + (took < 0
            ? ", which have not all come\n"
            : ", of which "
                + Figures.bytes(later.at("arrivedBytes").number(0))
                + " had changed and "
                + Figures.bytes(later.at("waitedBytes").number(0))
                + " were waited for; complete after "
                + Figures.millis(took)
                + "\n");
  }

  private static String predicted(Doc migration) {
    Doc cost = migration.at("preflight", "prediction");
    if (!cost.isPresent() || !migration.at("phase").text().equals("SUCCEEDED")) {
      return "";
    }
    return "predicted: frozen for "
        + Figures.millis(cost.at("pauseMs").number(0))
        + ", "
        + Figures.millis(cost.at("totalMs").number(0))
        + " in all, "
        + Figures.bytes(cost.at("bytes").number(0))
        + " to send";
  }

  private static String phases(Doc migration) {
    List<String> parts = new ArrayList<>();
    for (Map.Entry<String, Doc> phase : migration.at("phasesMs").members().entrySet()) {
      String name = Figures.clean(phase.getKey()).toLowerCase(Locale.ROOT).replace('_', ' ');
      parts.add(name + " " + Figures.millis(phase.getValue().number(0)));
    }
    return String.join(", ", parts);
  }

  private static long tookMs(Doc migration) {
    return Times.between(migration.at("started").text(), migration.at("ended").text());
  }
}
