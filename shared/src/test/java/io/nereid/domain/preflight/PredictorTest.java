package io.nereid.domain.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Mode;
import io.nereid.domain.migration.NoConverge;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PredictorTest {
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private static PastMove move(long memory, long sent, long aheadMs, long pauseMs) {
    return new PastMove(false, memory, sent, sent, aheadMs, pauseMs);
  }

  private static Prediction predict(long memory, long limit, Rates rates) {
    return Predictor.predict(memory, 0, -1, MigrationOptions.DEFAULT.withBandwidth(limit), rates);
  }

  private static Prediction rewriting(long memory, long dirty, MigrationOptions options) {
    return Predictor.predict(memory, 0, dirty, options, Rates.USUAL);
  }

  @Test
  void whatIsRewrittenIsSentAgainUntilTheRestFits() {
    Prediction idle = rewriting(GIB, 0, MigrationOptions.DEFAULT);
    assertThat(idle.rounds()).isEqualTo(1);
    assertThat(idle.converges()).isTrue();
    Prediction busy = rewriting(GIB, 15 * MIB, MigrationOptions.DEFAULT);
    assertThat(busy.rounds()).isBetween(2, 4);
    assertThat(busy.converges()).isTrue();
    assertThat(busy.bytes()).isBetween(GIB + 50 * MIB, GIB + 300 * MIB);
    assertThat(busy.pauseMs()).isBetween(idle.pauseMs() + 1, idle.pauseMs() + 75);
    assertThat(busy.totalMs()).isGreaterThan(idle.totalMs() + 500);
  }

  @Test
  void whatIsRewrittenFasterThanItIsSentDoesNotConverge() {
    Prediction wild = rewriting(GIB, 2 * GIB, MigrationOptions.DEFAULT);
    assertThat(wild.converges()).isFalse();
    assertThat(wild.pauseMs()).isGreaterThan(5_000);
    Prediction limited = rewriting(GIB, 25 * MIB, MigrationOptions.DEFAULT.withBandwidth(20 * MIB));
    assertThat(limited.converges()).isFalse();
  }

  @Test
  void whatDoesNotGoAheadIsSentWhileFrozen() {
    MigrationOptions cold = new MigrationOptions(Mode.COLD, 300, NoConverge.ACCEPT, 0, false);
    Prediction found = rewriting(GIB, 25 * MIB, cold);
    assertThat(found.rounds()).isZero();
    assertThat(found.pauseMs()).isGreaterThan(5_000);
  }

  @Test
  void whatComesLaterDoesNotLengthenThePause() {
    MigrationOptions later = new MigrationOptions(Mode.POST_COPY, 300, NoConverge.ACCEPT, 0, false);
    Prediction busy = rewriting(GIB, 2 * GIB, later);
    Prediction idle = rewriting(GIB, 0, later);
    assertThat(busy.pauseMs()).isEqualTo(idle.pauseMs()).isLessThan(500);
    assertThat(busy.totalMs()).isGreaterThan(idle.totalMs());
    assertThat(busy.bytes()).isGreaterThan(idle.bytes());
  }

  @Test
  void withoutAnyMoveTheUsualFiguresAreTakenAndSaidToBe() {
    Prediction found = predict(GIB, 0, Predictor.learn(List.of()));
    assertThat(found.pauseMs()).isEqualTo(Predictor.PAUSE_BASE_MS + Predictor.PAUSE_MS_PER_GIB);
    assertThat(found.bytes()).isEqualTo(GIB);
    assertThat(found.totalMs()).isBetween(found.pauseMs() + 5_000, found.pauseMs() + 7_000);
    assertThat(found.basis()).contains("nothing has moved yet");
  }

  @Test
  void aLimitOnTheBandwidthLengthensTheWholeAndNotThePause() {
    Prediction free = predict(100 * MIB, 0, Rates.USUAL);
    Prediction limited = predict(100 * MIB, 10 * MIB, Rates.USUAL);
    assertThat(limited.pauseMs()).isEqualTo(free.pauseMs());
    assertThat(limited.totalMs() - free.totalMs()).isCloseTo(9_500, within(10L));
    assertThat(predict(100 * MIB, 900L * GIB, Rates.USUAL)).isEqualTo(free);
  }

  @Test
  void goodputIsTheMedianOfWhatLargeMovesReached() {
    Rates rates =
        Predictor.learn(
            List.of(
                move(GIB, 100 * MIB, 1_000, 3_000),
                move(GIB, 50 * MIB, 1_000, 3_000),
                move(GIB, 800 * MIB, 1_000, 3_000),
                move(GIB, 1_000, 1_000, 3_000)));
    assertThat(rates.bytesPerSecond()).isEqualTo(100 * MIB);
    assertThat(rates.moves()).isEqualTo(4);
  }

  @Test
  void pausesThatWereHalfAsLongMakeThePredictionHalfAsLong() {
    long usual = Predictor.PAUSE_BASE_MS + Predictor.PAUSE_MS_PER_GIB;
    Rates rates = Predictor.learn(List.of(move(GIB, GIB, 5_000, usual / 2)));
    assertThat(rates.pauseFactor()).isCloseTo(0.5, within(0.01));
    Prediction found = predict(GIB, 0, rates);
    assertThat(found.pauseMs()).isCloseTo(usual / 2, within(2L));
    assertThat(found.basis()).isEqualTo("measured in the last move");
  }

  @Test
  void whatAContainerHadToSendLastTimeIsExpectedAgainAtThePaceOfSuchMoves() {
    Rates rates =
        Predictor.learn(
            List.of(
                new PastMove(true, GIB, 100 * MIB, 5 * MIB, 100, 500),
                new PastMove(true, GIB, 100 * MIB, 100 * MIB, 5_000, 500),
                new PastMove(false, GIB, 100 * MIB, 90 * MIB, 5_000, 500)));
    assertThat(rates.sentShare()).isCloseTo(0.05, within(1e-9));
    assertThat(rates.bytesPerSecond()).isEqualTo(1000 * MIB);
    Prediction found = predict(100 * MIB, 0, rates);
    assertThat(found.bytes()).isEqualTo(5 * MIB);
    assertThat(found.totalMs() - found.pauseMs()).isEqualTo(Predictor.AROUND_MS + 100);
  }

  @Test
  void aMoveThatSentNothingAheadTellsNothingAboutThePace() {
    Rates rates = Predictor.learn(List.of(move(GIB, GIB, 0, 5_000)));
    assertThat(rates.bytesPerSecond()).isEqualTo(Rates.USUAL.bytesPerSecond());
  }

  @Test
  void onlyTheNewestMovesCount() {
    List<PastMove> moves = new java.util.ArrayList<>();
    moves.addAll(Collections.nCopies(10, move(0, 10 * MIB, 100, Predictor.PAUSE_BASE_MS)));
    moves.addAll(Collections.nCopies(50, move(0, 10 * MIB, 100_000, 60_000)));
    Rates rates = Predictor.learn(moves);
    assertThat(rates.moves()).isEqualTo(10);
    assertThat(rates.bytesPerSecond()).isEqualTo(100 * MIB);
    assertThat(rates.pauseFactor()).isEqualTo(1);
  }

  @Test
  void oneMoveThatHungDoesNotMakeEveryPredictionAbsurd() {
    Rates rates = Predictor.learn(List.of(move(0, 10 * MIB, 1, 100_000_000)));
    assertThat(rates.pauseFactor()).isEqualTo(10);
    assertThat(Predictor.learn(List.of(move(0, 0, 0, 0))).pauseFactor()).isEqualTo(0.1);
  }
}
