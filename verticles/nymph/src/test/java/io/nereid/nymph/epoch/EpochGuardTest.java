package io.nereid.nymph.epoch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.Term;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochGuardTest {
  private static final ContainerId WEB = new ContainerId("0".repeat(32));
  private static final ContainerId DB = new ContainerId("1".repeat(32));
  @TempDir Path directory;

  private static Fence fence(long term, long epoch) {
    return new Fence(new Term(term), new Epoch(epoch));
  }

  private FailureCode refusal(Fence fence, ContainerId id) {
    try {
      EpochGuard.open(directory).check(fence, id);
    } catch (FailureException e) {
      assertThat(e.failure().certainty()).isEqualTo(Certainty.DID_NOT_RUN);
      return e.failure().code();
    }
    throw new AssertionError(fence + " was admitted");
  }

  @Test
  void anOlderEpochIsRefusedAlsoAfterARestart() {
    EpochGuard.open(directory).check(fence(1, 5), WEB);
    assertThat(refusal(fence(1, 4), WEB)).isEqualTo(FailureCode.STALE_EPOCH);
  }

  @Test
  void anOlderTermIsRefusedForEveryContainerAlsoAfterARestart() {
    EpochGuard.open(directory).check(fence(3, 1), WEB);
    assertThat(refusal(fence(2, 9), DB)).isEqualTo(FailureCode.STALE_TERM);
  }

  @Test
  void aRefusedCommandLeavesNothingBehind() {
    EpochGuard.open(directory).check(fence(3, 3), WEB);
    assertThat(refusal(fence(2, 9), WEB)).isEqualTo(FailureCode.STALE_TERM);
    assertThat(refusal(fence(9, 2), WEB)).isEqualTo(FailureCode.STALE_EPOCH);
    EpochGuard next = EpochGuard.open(directory);
    assertThat(next.epoch(WEB)).isEqualTo(new Epoch(3));
    assertThat(next.term()).isEqualTo(new Term(3));
  }

  @Test
  void theSameEpochIsAdmittedAgainAndEachContainerHasItsOwn() {
    EpochGuard guard = EpochGuard.open(directory);
    guard.check(fence(1, 5), WEB);
    guard.check(fence(1, 5), WEB);
    guard.check(fence(1, 1), DB);
    assertThat(EpochGuard.open(directory).epoch(DB)).isEqualTo(Epoch.FIRST);
  }

  @Test
  void raisingNeverLowers() {
    EpochGuard guard = EpochGuard.open(directory);
    guard.raise(fence(4, 4), WEB);
    guard.raise(fence(2, 2), WEB);
    assertThat(guard.epoch(WEB)).isEqualTo(new Epoch(4));
    assertThat(guard.term()).isEqualTo(new Term(4));
  }

  @Test
  void anUnreadableFileIsFatalBecauseGuessingCouldRunTwo() throws IOException {
    Files.writeString(directory.resolve(WEB.value()), "many");
    assertThatThrownBy(() -> EpochGuard.open(directory))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining(directory.toString());
  }

  @Test
  void aHalfWrittenFileOfAKilledDaemonIsIgnored() throws IOException {
    EpochGuard.open(directory).check(fence(1, 5), WEB);
    Files.writeString(directory.resolve("." + WEB + ".new"), "");
    assertThat(EpochGuard.open(directory).epoch(WEB)).isEqualTo(new Epoch(5));
  }
}
