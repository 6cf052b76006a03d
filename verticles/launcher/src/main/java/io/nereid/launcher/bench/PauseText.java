package io.nereid.launcher.bench;

import io.nereid.launcher.render.Figures;
import io.nereid.launcher.render.Table;
import java.util.Locale;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/** Measurements for people. */
public final class PauseText {
  private static final long KILO = 1_000;

  private PauseText() {}

  /** A table of medians with their extremes, then what went wrong. */
  public static String of(PauseReport report) {
    Table table =
        new Table(
            "MEMORY", "WRITES", "LINK", "SYSTEM", "N", "PAUSE", "FROZEN", "TOTAL", "SENT", "AFTER",
            "LOST");
    for (PauseReport.Row row : report.rows()) {
      table.row(
          Figures.bytes(row.memoryBytes()),
          writes(row.writeRateBytesS()),
          link(row.linkBitsS()),
          row.system(),
          row.rounds()
              + (row.failures().isEmpty() ? "" : " (" + row.failures().size() + " failed)"),
          cell(row.pauseMs(), Figures::millis),
          cell(row.frozenMs(), Figures::millis),
          cell(row.totalMs(), Figures::millis),
          row.bytesSent().map(s -> Figures.bytes(s.median())).orElse(""),
          row.slowestAfterMs().map(s -> Figures.millis(s.median())).orElse(""),
          row.lost() + row.duplicated() + row.reconnects() + "");
    }
    StringBuilder text = new StringBuilder(table.toString());
    text.append(
        """

        Medians (least … most). pause: the longest time without an answer that the client saw. frozen: from the first step
        that stops the container to the one after which it runs. total: until the source is not needed any more. sent: what
        left the source's uplink meanwhile. after: the slowest request afterwards. lost: requests, increments and values that
        are gone or happened twice, and connections that broke.
        """);
    for (PauseReport.Row row : report.rows()) {
      if (!row.phasesMs().isEmpty()) {
        text.append("phases  ")
            .append(row.system())
            .append(", ")
            .append(Figures.bytes(row.memoryBytes()))
            .append(", ")
            .append(writes(row.writeRateBytesS()))
            .append(": ")
            .append(
                row.phasesMs().entrySet().stream()
                    .map(e -> e.getKey() + " " + Figures.millis(e.getValue().median()))
                    .collect(Collectors.joining(", ")))
            .append('\n');
      }
      for (String failure : row.failures()) {
        text.append("FAILED  ")
            .append(row.system())
            .append(", ")
            .append(Figures.bytes(row.memoryBytes()))
            .append(": ")
            .append(Figures.clean(failure))
            .append('\n');
      }
    }
    for (PauseReport.Skipped skipped : report.skipped()) {
      text.append("skipped ").append(skipped.system()).append(": ").append(skipped.why());
      text.append('\n');
    }
    if (!report.complete()) {
      text.append("not all was measured that was asked for\n");
    }
    Machine machine = report.machine();
    return text.append(machine.cpus())
        .append(" processors (")
        .append(Figures.clean(machine.cpu()))
        .append("), ")
        .append(Figures.bytes(machine.memoryBytes()))
        .append(", kernel ")
        .append(machine.kernel())
        .append(", files on ")
        .append(machine.filesOn())
        .append(", runc ")
        .append(machine.runc())
        .append(", CRIU ")
        .append(machine.criu())
        .append(", nereid ")
        .append(machine.nereid())
        .append('\n')
        .toString();
  }

  /** One move. */
  static String line(Sample sample) {
    return "pause %s, frozen %s, total %s, %s sent, slowest afterwards %s, %d lost or doubled"
        .formatted(
            Figures.millis(sample.pauseMs()),
            Figures.millis(sample.frozenMs()),
            Figures.millis(sample.totalMs()),
            Figures.bytes(sample.bytesSent()),
            Figures.millis(sample.afterMs()),
            sample.lost() + sample.duplicated() + sample.reconnects());
  }

  static String link(Optional<Long> bits) {
    return bits.map(b ->
            b % (KILO * KILO * KILO) == 0
                ? b / (KILO * KILO * KILO) + " Gbit/s"
                : String.format(Locale.ROOT, "%.0f Mbit/s", b / (double) (KILO * KILO)))
        .orElse("no limit");
  }

  private static String writes(long bytesPerSecond) {
    return bytesPerSecond == 0 ? "idle" : Figures.bytes(bytesPerSecond) + "/s";
  }

  static String cell(Optional<Spread> spread, LongFunction<String> words) {
    return spread
        .map(s ->
            s.min() == s.max()
                ? words.apply(s.median())
                : words.apply(s.median())
                    + " ("
                    + words.apply(s.min())
                    + " … "
                    + words.apply(s.max())
                    + ")")
        .orElse("");
  }
}
