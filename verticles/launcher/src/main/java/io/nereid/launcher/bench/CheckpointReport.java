package io.nereid.launcher.bench;

import io.nereid.launcher.render.Figures;
import io.nereid.launcher.render.Table;
import java.util.List;
import java.util.Optional;

/** What was measured. Its JSON form is an interface: names are not changed, only added. */
public record CheckpointReport(Machine machine, List<Row> rows) {
  /**
   * One system.
   *
   * @param changedPercent of the data that was rewritten before each snapshot
   * @param silenceMs the longest time without an answer that the client saw meanwhile
   * @param frozenMs by the system's own clock; absent where it does not say
   * @param tookMs until it was stored
   * @param newBytes that it takes besides what was stored before
   * @param lost values that are not what was acknowledged, and answers that are gone or came twice
   */
  public record Row(
      String system,
      long memoryBytes,
      int changedPercent,
      int rounds,
      Optional<Spread> silenceMs,
      Optional<Spread> frozenMs,
      Optional<Spread> tookMs,
      Optional<Spread> newBytes,
      long lost) {}

  /** One snapshot. */
  record Taken(long silenceMs, Optional<Long> frozenMs, long tookMs, long newBytes) {}

  static Row row(String system, long memoryBytes, int percent, List<Taken> taken, long lost) {
    return new Row(
        system,
        memoryBytes,
        percent,
        taken.size(),
        Spread.of(taken.stream().mapToLong(Taken::silenceMs).toArray()),
        Spread.of(
            taken.stream()
                .flatMap(t -> t.frozenMs().stream())
                .mapToLong(Long::longValue)
                .toArray()),
        Spread.of(taken.stream().mapToLong(Taken::tookMs).toArray()),
        Spread.of(taken.stream().mapToLong(Taken::newBytes).toArray()),
        lost);
  }

  /** True when nothing was lost. */
  public boolean ok() {
    return rows.stream().allMatch(row -> row.lost() == 0);
  }

  /** One document with its end of line. */
  public String json() {
    return BenchJson.text(this);
  }

  /** A table for people. */
  public String text() {
    Table table = new Table("MEMORY", "CHANGED", "SYSTEM", "N", "SILENCE", "FROZEN", "TOOK", "NEW");
    for (Row row : rows) {
      table.row(
          Figures.bytes(row.memoryBytes()),
          row.changedPercent() + " %",
          row.system(),
          row.rounds() + "",
          PauseText.cell(row.silenceMs(), Figures::millis),
          PauseText.cell(row.frozenMs(), Figures::millis),
          PauseText.cell(row.tookMs(), Figures::millis),
          row.newBytes().map(s -> Figures.bytes(s.median())).orElse(""));
    }
    return table
        + """

        Medians (least … most). changed: how much of the data was rewritten since the snapshot before. silence: the longest time
        without an answer that the client saw. frozen: by the system's own clock. took: until it was stored. new: what it takes
        besides what was stored before.
        """;
  }
}
