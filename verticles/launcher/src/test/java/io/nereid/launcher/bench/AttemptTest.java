package io.nereid.launcher.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.launcher.demo.workload.Silence;
import java.util.List;
import org.junit.jupiter.api.Test;

class AttemptTest {
  @Test
  void onlySilencesThatEndedInTheStretchCount() {
    List<Silence> silences =
        List.of(new Silence(100, 50), new Silence(200, 30), new Silence(300, 10));
    assertThat(Attempt.longest(silences, 101, 300)).isEqualTo(30);
    assertThat(Attempt.longest(silences, 201, 300)).isEqualTo(10);
    assertThat(Attempt.longest(silences, 301, 400)).isZero();
  }

  @Test
  void aClockThatTurnsOverDoesNoHarm() {
    long late = Long.MAX_VALUE - 10;
    List<Silence> silences = List.of(new Silence(late + 20, 5));
    assertThat(Attempt.longest(silences, late, late + 100)).isEqualTo(5);
  }
}
