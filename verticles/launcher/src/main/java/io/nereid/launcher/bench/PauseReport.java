package io.nereid.launcher.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was measured. Its JSON form is an interface: names are not changed, only added.
 *
 * @param rows in the order in which they were asked for
 * @param skipped contestants that this machine cannot run
 * @param complete false when not all was measured that was asked for
 */
public record PauseReport(
    Machine machine, List<Row> rows, List<Skipped> skipped, boolean complete) {
  /**
   * One combination.
   *
   * @param linkBitsS absent without a limit
   * @param rounds moves that succeeded, of which the figures are
   * @param phasesMs where the time went, by the mover's phases; empty where nobody knows
   * @param failures why others did not
   */
  public record Row(
      String system,
      long memoryBytes,
      long writeRateBytesS,
      Optional<Long> linkBitsS,
      int rounds,
      Optional<Spread> pauseMs,
      Optional<Spread> frozenMs,
      Map<String, Spread> phasesMs,
      Optional<Spread> totalMs,
      Optional<Spread> bytesSent,
      Optional<Spread> slowestBeforeMs,
      Optional<Spread> slowestAfterMs,
      long lost,
      long duplicated,
      long reconnects,
      List<String> failures) {
    static Row of(
        Contestant contestant,
        long memoryBytes,
        long writeRate,
        Optional<Long> linkBits,
        List<Sample> samples,
        List<String> failures) {
      return new Row(
          contestant.label(),
          memoryBytes,
          writeRate,
          linkBits,
          samples.size(),
          Spread.of(samples, Sample::pauseMs),
          Spread.of(samples, Sample::frozenMs),
          phases(samples),
          Spread.of(samples, Sample::totalMs),
          Spread.of(samples, Sample::bytesSent),
          Spread.of(samples, Sample::beforeMs),
          Spread.of(samples, Sample::afterMs),
          samples.stream().mapToLong(Sample::lost).sum(),
          samples.stream().mapToLong(Sample::duplicated).sum(),
          samples.stream().mapToLong(Sample::reconnects).sum(),
          List.copyOf(failures));
    }

    private static Map<String, Spread> phases(List<Sample> samples) {
      Map<String, Spread> spreads = new LinkedHashMap<>();
      for (Sample sample : samples) {
        for (String phase : sample.phasesMs().keySet()) {
          long[] figures =
              samples.stream()
                  .flatMap(s -> Stream.ofNullable(s.phasesMs().get(phase)))
                  .mapToLong(Long::longValue)
                  .toArray();
          spreads.put(phase, Spread.of(figures).orElseThrow());
        }
      }
      return spreads;
    }

    boolean clean() {
      return failures.isEmpty() && lost == 0 && duplicated == 0 && reconnects == 0;
    }
  }

  /** A contestant that this machine cannot run. */
  public record Skipped(String system, String why) {}

  /** True when all was measured and nothing was lost by anybody. */
  public boolean ok() {
    return complete && rows.stream().allMatch(Row::clean);
  }

  /** One document with its end of line. */
  public String json() {
    return BenchJson.text(this);
  }
}
