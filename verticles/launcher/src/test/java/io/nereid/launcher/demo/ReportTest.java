package io.nereid.launcher.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.launcher.demo.workload.ClientStats;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  @Test
  void theJsonFormHasTheNamesThatProgramsRelyOn() {
    Report report =
        new Report(
            3,
            "redis",
            7,
            List.of(move(100, 200)),
            Report.Median.of(List.of(move(100, 200))),
            List.of(new Report.Check("all well", true, List.of())),
            true);
    assertThat(report.json())
        .isEqualTo(
            "{\"hosts\":3,\"workload\":\"redis\",\"memory_bytes\":7,\"moves\":[{"
                + "\"workload\":\"redis\",\"from\":\"a\",\"to\":\"b\",\"outcome\":\"succeeded\","
                + "\"pause_ms\":100,\"total_ms\":900,\"bytes_total\":1000,\"bytes_sent\":10,"
                + "\"phases_ms\":{\"dump\":5},\"client\":{\"requests\":50,\"lost\":0,"
                + "\"duplicated\":0,\"reconnects\":0,\"longest_gap_ms\":200}}],"
                + "\"median\":{\"pause_ms\":100,\"longest_gap_ms\":200,\"total_ms\":900,"
                + "\"bytes_sent\":10},"
                + "\"checks\":[{\"what\":\"all well\",\"ok\":true,\"detail\":[]}],\"ok\":true}");
  }

  @Test
  void eachFigureHasItsOwnMedian() {
    assertThat(Report.Median.of(List.of(move(1, 30), move(3, 20), move(2, 10))))
        .hasValueSatisfying(median -> {
          assertThat(median.pauseMs()).isEqualTo(2);
          assertThat(median.longestGapMs()).isEqualTo(20);
        });
    assertThat(Report.Median.of(List.of())).isEmpty();
  }

  @Test
  void aCheckThatFailedOnceHasFailed() {
    Checks checks = new Checks();
    checks.add("one copy", List.of());
    assertThat(checks.ok()).isTrue();
    checks.add("one copy", List.of("there are two"));
    checks.add("one copy", List.of());
    assertThat(checks.ok()).isFalse();
    assertThat(checks.all())
        .containsExactly(new Report.Check("one copy", false, List.of("there are two")));
  }

  @Test
  void nothingCheckedIsNotAllWell() {
    assertThat(new Checks().ok()).isFalse();
  }

  @Test
  void peopleSeeWhatFailedAndWhy() {
    Report report =
        new Report(
            3,
            "redis",
            7,
            List.of(move(100, 200)),
            Optional.empty(),
            List.of(new Report.Check("one copy", false, List.of("there are two"))),
            false);
    assertThat(ReportText.of(report))
        .contains("a → b")
        .contains("FAILED  one copy\n")
        .contains("there are two");
  }

  private static Report.Move move(long pauseMs, long gapMs) {
    return new Report.Move(
        "redis",
        "a",
        "b",
        "succeeded",
        pauseMs,
        900,
        1000,
        10,
        Map.of("dump", 5L),
        new ClientStats(50, 0, 0, 0, gapMs),
        Optional.empty());
  }
}
