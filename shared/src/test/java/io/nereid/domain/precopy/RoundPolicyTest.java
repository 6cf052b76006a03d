package io.nereid.domain.precopy;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RoundPolicyTest {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;
  private static final Budget BUDGET = new Budget(300, 250);
  private static final RoundPolicy POLICY = new RoundPolicy(BUDGET, 8, 4 * GIB);

  private static Standing standing(int round, long left, long dirty) {
    return new Standing(round, GIB, left, dirty, 400, 400 * MIB, 400 * MIB, GIB);
  }

  @Test
  void theMemoryGetsWhatTheFixedPartLeaves() {
    assertThat(new Budget(300, 100).memoryMs()).isEqualTo(200);
    assertThat(new Budget(1_000, 250).memoryMs()).isEqualTo(750);
  }

  @Test
  void theMemoryGetsAQuarterWhenTheFixedPartAloneTakesLonger() {
    assertThat(BUDGET.memoryMs()).isEqualTo(75);
    assertThat(new Budget(300, 5_000).memoryMs()).isEqualTo(75);
    assertThat(new Budget(10, 5_000).memoryMs()).isEqualTo(2);
  }

  @Test
  void aRestThatFitsIsNotSentAgain() {
    assertThat(POLICY.decide(standing(1, 20 * MIB, 500 * MIB))).isEqualTo(new Verdict.Freeze(50));
    assertThat(POLICY.decide(standing(1, 0, 0))).isEqualTo(new Verdict.Freeze(0));
  }

  @Test
  void aSmallContainerNeedsNoMeasurement() {
    assertThat(POLICY.fitsWhole(20 * MIB, 400 * MIB)).isTrue();
    assertThat(POLICY.fitsWhole(GIB, 400 * MIB)).isFalse();
  }

  @Test
  void aRoundThatBringsItDownIsMade() {
    assertThat(POLICY.decide(standing(1, 150 * MIB, 50 * MIB))).isEqualTo(new Verdict.GoOn());
  }

  @Test
  void memoryThatChangesAsFastAsItIsSentDoesNotConverge() {
    Verdict verdict = POLICY.decide(standing(1, 400 * MIB, 350 * MIB));
    assertThat(verdict).isInstanceOf(Verdict.NotConverging.class);
    Verdict.NotConverging no = (Verdict.NotConverging) verdict;
    assertThat(no.exhausted()).isFalse();
    assertThat(no.restMs()).isEqualTo(1_000);
    assertThat(no.why())
        .contains("400.0 MiB of 1024.0 MiB")
        .contains("350.0 MiB/s")
        .contains("75 ms")
        .contains("as fast as it can be sent");
  }

  @Test
  void theLastRoundThatIsAllowedIsTheLast() {
    Verdict verdict = POLICY.decide(standing(8, 150 * MIB, 50 * MIB));
    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.NotConverging.class, no -> assertThat(no.exhausted()).isTrue());
  }

  @Test
  void noMoreIsSentAheadThanAllowed() {
    Standing much =
        new Standing(3, GIB, 150 * MIB, 50 * MIB, 400, 400 * MIB, 400 * MIB, 4 * GIB - 100 * MIB);
    assertThat(POLICY.decide(much))
        .isInstanceOfSatisfying(
            Verdict.NotConverging.class,
            no -> assertThat(no.why()).contains("allowed to go ahead"));
  }

  /**
   * A container that rewrites memory at any pace, over any part of it, and a link of any speed: the
   * model of what the rounds meet.
   */
  @Property(tries = 2_000)
  void itAlwaysEndsWithinTheRoundsAndBytesThatAreAllowed(
      @ForAll @LongRange(min = 4096, max = 1L << 40) long memory,
      @ForAll @LongRange(min = 0, max = 1L << 40) long dirty,
      @ForAll @LongRange(min = 1, max = 1L << 36) long link,
      @ForAll @LongRange(min = 1, max = 1L << 34) long scan,
      @ForAll @IntRange(min = 1, max = 100) int workingPercent,
      @ForAll @LongRange(min = 10, max = 60_000) long downtime,
      @ForAll @LongRange(min = 0, max = 100_000) long fixed,
      @ForAll @IntRange(min = 1, max = 30) int roundsMax) {
    long bytesMax = Math.max(256 * MIB, 4 * memory);
    Budget budget = new Budget(downtime, fixed);
    RoundPolicy policy = new RoundPolicy(budget, roundsMax, bytesMax);
    long working = Math.max(1, memory / 100 * workingPercent);
    long scanMs = memory / scan;
    long sent = memory;
    double seconds = memory / (double) link;
    for (int round = 1; ; round++) {
      assertThat(round).isLessThanOrEqualTo(roundsMax);
      assertThat(sent).isLessThanOrEqualTo(Math.max(bytesMax, memory));
      long left = (long) Math.min(working, dirty * seconds);
      long rate = (long) Math.min(1L << 50, seconds > 0 ? left / seconds : 0);
      Verdict verdict =
          policy.decide(new Standing(round, memory, left, rate, scanMs, link, link, sent));
      if (verdict instanceof Verdict.Freeze freeze) {
        assertThat(freeze.restMs()).isLessThanOrEqualTo(budget.memoryMs());
        return;
      }
      if (verdict instanceof Verdict.NotConverging no) {
        assertThat(no.restMs()).isGreaterThan(budget.memoryMs());
        return;
      }
      sent += left;
      seconds = scanMs / 1000.0 + left / (double) link;
    }
  }
}
