package io.nereid.launcher.demo.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SilencesTest {
  private static final long MS = 1_000_000;

  @Test
  void theLongestComesFirstAndShortOnesAreNotKept() {
    Silences silences = new Silences();
    for (long ms : List.of(1L, 30L, 400L, 5L)) {
      silences.add(new Silence(ms, ms * MS));
    }
    assertThat(silences.all().stream().map(s -> s.nanos() / MS)).containsExactly(400L, 30L, 5L);
  }

  @Test
  void howeverManyThereAreTheLongestAreKept() {
    Silences silences = new Silences();
    for (long i = 0; i < 10_000; i++) {
      silences.add(new Silence(i, (3 + i % 5_000) * MS));
    }
    assertThat(silences.all()).hasSize(Silences.KEPT_MAX);
    assertThat(silences.all().getFirst().nanos()).isEqualTo(5_002 * MS);
  }

  @Test
  void aSilenceOfTheClientIsKnownWithItsEnd() {
    ClientLedger ledger = new ClientLedger(ClientLedger.Kind.INCREMENTS);
    ledger.counted(1, 10 * MS);
    ledger.answer(11 * MS);
    ledger.counted(2, 300 * MS);
    assertThat(ledger.silences()).containsExactly(new Silence(300 * MS, 289 * MS));
    ledger.mark();
    assertThat(ledger.silences()).isEmpty();
  }
}
