package io.nereid.launcher.bench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;

/** Reports as a bench would make them. */
final class Reports {
  static final Machine MACHINE =
      new Machine("A <fast> CPU", 2, 24L << 30, "6.18", "tmpfs", "0.1", "25", "1.1.5", "4.2.1");
  static final Optional<Long> GIGABIT = Optional.of(1_000_000_000L);

  private Reports() {}

  static Sample sample(long pauseMs) {
    return new Sample(
        pauseMs, 3, 12, pauseMs - 20, Map.of("dump", pauseMs / 2), 4 * pauseMs, 70L << 20, 0, 0, 0);
  }

  static PauseReport.Row row(
      Contestant contestant, long memory, long rate, Optional<Long> link, long... pauses) {
    List<Sample> samples = LongStream.of(pauses).mapToObj(Reports::sample).toList();
    return PauseReport.Row.of(contestant, memory, rate, link, samples, List.of());
  }

  static PauseReport of(PauseReport.Row... rows) {
    return new PauseReport(MACHINE, List.of(rows), List.of(), true);
  }
}
