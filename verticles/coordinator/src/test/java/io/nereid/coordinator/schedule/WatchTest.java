package io.nereid.coordinator.schedule;

import static io.nereid.coordinator.schedule.Examples.at;
import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.snapshot.ChainPlace;
import io.nereid.domain.snapshot.SnapshotPolicy;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static final Budget BUDGET = new Budget(5, 0);
  private static final SnapshotPolicy POLICY = Examples.every(5_000, 3);

  private static Watch.Step look(Watch watch, long second) {
    return watch.on(new Watch.Event.Looked(at(second), watch.policy(), Optional.empty()), BUDGET);
  }

  private static Watch fail(Watch watch, long second) {
    Watch begun = look(watch, second).watch();
    assertThat(begun.running()).isTrue();
    return begun.on(new Watch.Event.Failed(at(second), "no room"), BUDGET).watch();
  }

  @Test
  void oneIsTakenAfterEachIntervalAndNeverTwoAtOnce() {
    Watch watch = Watch.first(POLICY, List.of(), at(0));
    assertThat(look(watch, 4).take()).isEmpty();
    Watch.Step due = look(watch, 5);
    assertThat(due.take()).contains(new ChainPlace(1, 3));
    assertThat(look(due.watch(), 30).take()).as("one is being taken").isEmpty();
    Watch done = due.watch().on(new Watch.Event.Taken(Examples.of(5, 1, 3)), BUDGET).watch();
    assertThat(look(done, 9).take()).isEmpty();
    assertThat(look(done, 10).take()).contains(new ChainPlace(2, 3));
  }

  @Test
  void theNextLeaderGoesOnWithTheChain() {
    Watch watch = Watch.first(POLICY, List.of(Examples.of(0, 2, 3), Examples.of(-5, 1, 3)), at(1));
    assertThat(look(watch, 4).take()).isEmpty();
    assertThat(look(watch, 5).take()).contains(new ChainPlace(3, 3));
    Watch ended = Watch.first(POLICY, List.of(Examples.of(0, 3, 3)), at(1));
    assertThat(look(ended, 5).take()).contains(new ChainPlace(1, 3));
    Watch other = Watch.first(Examples.every(5_000, 4), List.of(Examples.of(0, 2, 3)), at(1));
    assertThat(look(other, 5).take()).contains(new ChainPlace(1, 4));
  }

  @Test
  void aContainerThatCannotBeFrozenNowIsLeftOutAndTheReasonIsSaid() {
    Watch watch = Watch.first(POLICY, List.of(), at(0));
    Watch.Step paused =
        watch.on(new Watch.Event.Looked(at(9), POLICY, Optional.of("it is paused")), BUDGET);
    assertThat(paused.take()).isEmpty();
    assertThat(paused.watch().hindrance()).contains("it is paused");
    Watch.Step again = look(paused.watch(), 10);
    assertThat(again.take()).isPresent();
    assertThat(again.watch().hindrance()).isEmpty();
  }

  @Test
  void afterEachFailureItWaitsLongerAndSaysWhy() {
    Watch once = fail(Watch.first(POLICY, List.of(), at(0)), 5);
    assertThat(once.trouble()).contains("no room");
    assertThat(once.due(BUDGET)).isEqualTo(at(10));
    Watch twice = fail(once, 10);
    assertThat(twice.due(BUDGET)).isEqualTo(at(20));
    assertThat(look(twice, 19).take()).isEmpty();
    Watch often = twice;
    for (int i = 0; i < 40; i++) {
      long second = often.due(BUDGET).getEpochSecond() - at(0).getEpochSecond();
      often = fail(often, second);
      assertThat(often.due(BUDGET)).isBeforeOrEqualTo(at(second + 300));
    }
    assertThat(often.failures()).isEqualTo(42);
  }

  @Test
  void aSuccessOrAnotherPolicyEndsTheBackOff() {
    Watch failed = fail(fail(Watch.first(POLICY, List.of(), at(0)), 5), 10);
    SnapshotPolicy other = Examples.every(1_000, 3);
    assertThat(failed.on(new Watch.Event.Looked(at(12), other, Optional.empty()), BUDGET).take())
        .isPresent();
    Watch.Step due = look(failed, 20);
    Watch done = due.watch().on(new Watch.Event.Taken(Examples.of(20, 1, 3)), BUDGET).watch();
    assertThat(done.failures()).isZero();
    assertThat(done.trouble()).isEmpty();
  }

  @Test
  void whoeverWentFirstIsNoFailure() {
    Watch begun = look(Watch.first(POLICY, List.of(), at(0)), 5).watch();
    Watch passed = begun.on(new Watch.Event.Passed(at(5), "another one's turn"), BUDGET).watch();
    assertThat(passed.failures()).isZero();
    assertThat(passed.trouble()).contains("another one's turn");
    assertThat(look(passed, 10).take()).isPresent();
  }

  @Test
  void theClockOfAnotherHostThatIsAheadDoesNotDelayTheNext() {
    Watch watch = Watch.first(POLICY, List.of(Examples.of(3_600, 1, 3)), at(0));
    assertThat(look(watch, 5).take()).isPresent();
  }
}
