package io.nereid.launcher.bench;

import io.nereid.launcher.render.Table;
import io.nereid.linux.MountSafe;
import io.nereid.transfer.snapshot.StoreTrial;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * What the store of snapshots does in a second, on files that are in memory already: reading plain
 * files and restoring take turns. Medians.
 */
public final class StoreBench {
  private static final double GOAL_BYTES = 1e9;
  private static final double GOAL_RESTORE = 1.5;
  private static final double GOAL_INDEX_BYTES = 100;
  private static final double GOAL_LOOKUP = 2;
  private static final int FEW = 100_000;
  private static final int MANY = 10_000_000;

  private StoreBench() {}

  /** What was found. */
  public record Report(List<GoalRow> rows) {
    /** One document with its end of line. */
    public String json() {
      return BenchJson.text(this);
    }

    /** A table for people. */
    public String text() {
      Table table = new Table("CASE", "VALUE", "UNIT", "GOAL", "HOLDS");
      for (GoalRow row : rows) {
        table.row(
            row.what(), number(row.value()), row.unit(), number(row.goal()), row.holds() + "");
      }
      return table.toString();
    }

    private static String number(double value) {
      return String.format(Locale.ROOT, "%.2f", value);
    }
  }

  /**
   * Measures.
   *
   * @param place existing directory with room for four times the size
   */
  public static Report run(Path place, long bytes, int rounds, Consumer<String> progress)
      throws IOException {
    Path dir = Files.createTempDirectory(place, "nereid-bench-store-");
    List<StoreTrial.Round> all = new ArrayList<>();
    StoreTrial.Index few;
    StoreTrial.Index many;
    try (StoreTrial trial = new StoreTrial(dir, bytes)) {
      for (int round = 0; round <= rounds; round++) {
        StoreTrial.Round one = trial.round();
        progress.accept(
            "round %d%s: %s".formatted(round, round == 0 ? " (does not count)" : "", one));
        if (round > 0) {
          all.add(one);
        }
      }
      progress.accept("making indexes of %d and %d chunks".formatted(FEW, MANY));
      few = trial.index(FEW);
      many = trial.index(MANY);
    } finally {
      MountSafe.delete(dir);
    }
    double gigabyte = bytes / 1e9;
    double restore = median(all, StoreTrial.Round::restore);
    double read = median(all, StoreTrial.Round::read);
    return new Report(
        List.of(
            GoalRow.atLeast(
                "store a snapshot, until the disk has it",
                gigabyte / median(all, StoreTrial.Round::write),
                "GB/s",
                GOAL_BYTES / 1e9),
            GoalRow.atLeast(
                "verify it",
                gigabyte / median(all, StoreTrial.Round::verify),
                "GB/s",
                GOAL_BYTES / 1e9),
            GoalRow.atMost(
                "restore it, against reading the plain files",
                restore / read,
                "times",
                GOAL_RESTORE),
            GoalRow.atMost(
                "index in memory at 10 million chunks",
                many.bytesPerChunk(),
                "bytes/chunk",
                GOAL_INDEX_BYTES),
            GoalRow.atMost(
                "lookup at 10 million chunks, against 100 thousand",
                many.nanosPerLookup() / few.nanosPerLookup(),
                "times",
                GOAL_LOOKUP)));
  }

  private static double median(List<StoreTrial.Round> all, ToLongFunction<StoreTrial.Round> part) {
    long[] sorted = all.stream().mapToLong(part).sorted().toArray();
    return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow() / 1e9;
  }
}
