package io.nereid.coordinator.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.snapshot.PolicyWish;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PaceTest {
  private static final Budget BUDGET = new Budget(5, 0);

  @Test
  void anIntervalIsKeptWhateverItCosts() {
    assertThat(Pace.of(Examples.every(5_000, 3), new Cost(900, 4_000, 1L << 30), BUDGET))
        .isEqualTo(new Pace(5_000, Optional.empty()));
  }

  @Test
  void aRecoveryPointLeavesTimeToStoreAndSharesTheRestAmongTheChain() {
    Pace pace = Pace.of(Examples.rpo(10_000, 2), new Cost(20, 1_000, 0), BUDGET);
    assertThat(pace).isEqualTo(new Pace(4_500, Optional.empty()));
  }

  @Test
  void moreChangeMakesTheIntervalShorterUntilABudgetIsUsedUp() {
    long calm = Pace.of(Examples.rpo(10_000, 1), new Cost(20, 500, 0), BUDGET).intervalMs();
    long busy = Pace.of(Examples.rpo(10_000, 1), new Cost(20, 3_000, 0), BUDGET).intervalMs();
    assertThat(busy).isLessThan(calm);
    Pace over = Pace.of(Examples.rpo(10_000, 1), new Cost(800, 3_000, 0), BUDGET);
    assertThat(over.intervalMs()).isEqualTo(16_000);
    assertThat(over.shortfall().orElseThrow())
        .isEqualTo(
            "at most 10.0 s should be lost, but it may be 19.0 s: each snapshot freezes it for 800 ms");
  }

  @Test
  void aBandwidthLimitSlowsItDownAndIsNamed() {
    Pace pace =
        Pace.of(Examples.rpo(2_000, 1), new Cost(10, 100, 10_000_000), new Budget(5, 1_000_000));
    assertThat(pace.intervalMs()).isEqualTo(10_000);
    assertThat(pace.shortfall().orElseThrow()).contains("10000000 new bytes");
  }

  @Property
  void noCostBreaksTheBudgets(
      @ForAll @LongRange(min = 1_000, max = 3_600_000) long rpo,
      @ForAll @IntRange(min = 1, max = 20) int chain,
      @ForAll @LongRange(min = 0, max = 60_000) long freeze,
      @ForAll @LongRange(min = 0, max = 600_000) long took,
      @ForAll @LongRange(min = 0, max = 1L << 40) long unique,
      @ForAll @IntRange(min = 1, max = 100) int percent,
      @ForAll @LongRange(min = 0, max = 1_000_000_000) long rate) {
    Pace pace =
        Pace.of(
            Examples.rpo(rpo, chain), new Cost(freeze, took, unique), new Budget(percent, rate));
    assertThat(pace.intervalMs()).isGreaterThanOrEqualTo(PolicyWish.INTERVAL_MS_MIN);
    assertThat(pace.intervalMs()).isGreaterThanOrEqualTo(took);
    assertThat(pace.intervalMs() * percent / 100.0).isGreaterThan(freeze - 1.0);
    if (rate > 0) {
      assertThat(pace.intervalMs() * (rate / 1_000.0)).isGreaterThan(unique - rate / 1_000.0 - 1);
    }
    if (pace.shortfall().isEmpty()) {
      assertThat(pace.intervalMs() * chain + took).isLessThanOrEqualTo(rpo);
    }
  }

  @Test
  void theFirstSnapshotIsNoMeasureOnceThereAreOthers() {
    var first = Examples.snapshot(Examples.at(0), Optional.empty(), 1L << 30, 500, 9_000);
    var second = Examples.snapshot(Examples.at(5), Optional.empty(), 1_000, 10, 40);
    assertThat(Cost.of(List.of(first))).isEqualTo(new Cost(500, 9_000, 1L << 30));
    assertThat(Cost.of(List.of(second, first))).isEqualTo(new Cost(10, 40, 1_000));
  }
}
