package io.nereid.launcher.demo.workload;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.launcher.demo.workload.ClientLedger.Kind;
import org.junit.jupiter.api.Test;

class ClientLedgerTest {
  private static final long MS = 1_000_000;
  private final ClientLedger increments = new ClientLedger(Kind.INCREMENTS);
  private final ClientLedger lines = new ClientLedger(Kind.LINES);

  @Test
  void aCountThatRisesByOneIsClean() {
    increments.counted(7, 0);
    increments.counted(8, 3 * MS);
    increments.counted(9, 4 * MS);
    ClientStats stats = increments.stats(5 * MS);
    assertThat(stats).isEqualTo(new ClientStats(3, 0, 0, 0, 3));
    assertThat(stats.clean()).isTrue();
  }

  @Test
  void anIncrementThatGivesTwoMoreHappenedTwice() {
    increments.counted(1, 0);
    increments.counted(3, MS);
    assertThat(increments.stats(MS).duplicated()).isEqualTo(1);
  }

  @Test
  void anAcknowledgedIncrementThatIsGoneIsLost() {
    increments.counted(10, 0);
    increments.counted(8, MS);
    assertThat(increments.stats(MS).lost()).isEqualTo(3);
  }

  @Test
  void aSkippedLineIsLostAndARepeatedOneADuplicate() {
    lines.counted(1, 0);
    lines.counted(3, MS);
    lines.counted(3, 2 * MS);
    assertThat(lines.stats(2 * MS)).isEqualTo(new ClientStats(3, 1, 1, 0, 1));
  }

  @Test
  void aSilenceThatLastsIsCountedAndBelongsToBothStretches() {
    increments.counted(1, 0);
    assertThat(increments.stats(100 * MS).longestGapMs()).isEqualTo(100);
    increments.mark();
    increments.counted(2, 150 * MS);
    assertThat(increments.stats(150 * MS)).isEqualTo(new ClientStats(1, 0, 0, 0, 150));
  }

  @Test
  void anAnswerThatTheConnectionTookAlongIsLostAndNotADuplicate() {
    increments.counted(1, 0);
    increments.resumed(2, 1, MS);
    assertThat(increments.stats(MS)).isEqualTo(new ClientStats(2, 1, 0, 1, 1));
  }

  @Test
  void aServerThatForgotLosesWhatItHadAcknowledged() {
    increments.counted(5, 0);
    increments.resumed(0, 1, MS);
    assertThat(increments.stats(MS).lost()).isEqualTo(6);
  }

  @Test
  void aClientThatSawNothingIsNotClean() {
    assertThat(increments.stats(MS).clean()).isFalse();
  }
}
