package io.nereid.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PauseReportTest {
  private static final long GIB = 1L << 30;

  @Test
  void programsFindTheFiguresUnderTheirNames() throws IOException {
    PauseReport report =
        Reports.of(
            Reports.row(Contestant.CRIU_LAZY, GIB, 50 << 20, Reports.GIGABIT, 300, 200, 250));
    JsonNode json = new ObjectMapper().readTree(report.json());
    assertThat(json.at("/machine/cpus").asInt()).isEqualTo(2);
    assertThat(json.at("/machine/files_on").asText()).isEqualTo("tmpfs");
    assertThat(json.at("/complete").asBoolean()).isTrue();
    JsonNode row = json.at("/rows/0");
    assertThat(row.at("/system").asText()).isEqualTo("criu-lazy");
    assertThat(row.at("/memory_bytes").asLong()).isEqualTo(GIB);
    assertThat(row.at("/write_rate_bytes_s").asLong()).isEqualTo(50 << 20);
    assertThat(row.at("/link_bits_s").asLong()).isEqualTo(1_000_000_000L);
    assertThat(row.at("/rounds").asInt()).isEqualTo(3);
    assertThat(row.at("/pause_ms/median").asLong()).isEqualTo(250);
    assertThat(row.at("/pause_ms/min").asLong()).isEqualTo(200);
    assertThat(row.at("/pause_ms/max").asLong()).isEqualTo(300);
    assertThat(row.at("/phases_ms/dump/max").asLong()).isEqualTo(150);
    assertThat(row.at("/total_ms/median").asLong()).isEqualTo(1_000);
    assertThat(row.at("/bytes_sent/median").asLong()).isEqualTo(70L << 20);
    assertThat(row.at("/slowest_after_ms/max").asLong()).isEqualTo(12);
    assertThat(row.at("/lost").asInt(-1)).isZero();
    assertThat(row.at("/duplicated").asInt(-1)).isZero();
  }

  @Test
  void aLinkWithoutLimitAndFiguresThatAreMissingAreNull() throws IOException {
    PauseReport.Row failed =
        PauseReport.Row.of(
            Contestant.RUNC_COPY, GIB, 0, Optional.empty(), List.of(), List.of("round 1: no"));
    JsonNode row = new ObjectMapper().readTree(Reports.of(failed).json()).at("/rows/0");
    assertThat(row.has("link_bits_s")).isTrue();
    assertThat(row.get("link_bits_s").isNull()).isTrue();
    assertThat(row.get("pause_ms").isNull()).isTrue();
    assertThat(row.at("/rounds").asInt(-1)).isZero();
    assertThat(row.at("/failures/0").asText()).isEqualTo("round 1: no");
  }

  @Test
  void aFailureOrALossOrAnEndTooEarlyIsNotWell() {
    PauseReport.Row good = Reports.row(Contestant.NEREID, GIB, 0, Optional.empty(), 200);
    assertThat(Reports.of(good).ok()).isTrue();
    PauseReport.Row failed =
        PauseReport.Row.of(
            Contestant.NEREID,
            GIB,
            0,
            Optional.empty(),
            List.of(Reports.sample(200)),
            List.of("round 2: the target went away"));
    assertThat(Reports.of(good, failed).ok()).isFalse();
    Sample lost = new Sample(200, 0, 0, 190, Map.of(), 900, 1, 1, 0, 0);
    PauseReport.Row lossy =
        PauseReport.Row.of(Contestant.NEREID, GIB, 0, Optional.empty(), List.of(lost), List.of());
    assertThat(Reports.of(lossy).ok()).isFalse();
    assertThat(new PauseReport(Reports.MACHINE, List.of(good), List.of(), false).ok()).isFalse();
  }

  @Test
  void peopleReadWhatFailedAndWhatWasSkipped() {
    PauseReport.Row failed =
        PauseReport.Row.of(
            Contestant.RUNC_COPY,
            GIB,
            0,
            Reports.GIGABIT,
            List.of(),
            List.of("round 1: restore failed on host b"));
    String text =
        PauseText.of(
            new PauseReport(
                Reports.MACHINE,
                List.of(Reports.row(Contestant.NEREID, GIB, 0, Reports.GIGABIT, 240, 260), failed),
                List.of(new PauseReport.Skipped("podman", "podman is not installed")),
                false));
    assertThat(text)
        .containsPattern("1.0 GiB +idle +1 Gbit/s +nereid +2 +250 ms \\(240 ms … 260 ms\\)")
        .contains("0 (1 failed)")
        .contains("FAILED  runc-copy, 1.0 GiB: round 1: restore failed on host b")
        .contains("skipped podman: podman is not installed")
        .contains("not all was measured");
  }
}
