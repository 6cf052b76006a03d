package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.launcher.demo.playground.Daemon;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * kill -9 of each host that takes part, in each phase: while a daemon is held at a named point, one
 * is killed; then everything goes on, and the killed one comes back.
 */
@WithCluster(fresh = true)
class CrashIT {
  /** Who is killed, and who is held at the point. */
  enum Part {
    SOURCE,
    TARGET,
    LEADER
  }

  /** Where the container must be in the end. */
  enum End {
    AT_SOURCE,
    AT_TARGET,
    /** It depends on who is quicker; exactly one of both it must be. */
    EITHER
  }

  static Stream<Arguments> cases() {
    return Stream.of(
        at(Part.LEADER, "coordinator.PREFLIGHT", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.PREPARE", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.AHEAD", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.FREEZE", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.DUMP", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.DELTA", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.GRANT", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.RESTORE", Part.LEADER, End.EITHER),
        at(Part.LEADER, "coordinator.COMMIT", Part.LEADER, End.AT_TARGET),
        at(Part.LEADER, "coordinator.RELEASE", Part.LEADER, End.AT_TARGET),
        at(Part.SOURCE, "nymph.SendAhead.begin", Part.SOURCE, End.AT_SOURCE),
        at(Part.SOURCE, "nymph.SendAhead.end", Part.SOURCE, End.AT_SOURCE),
        at(Part.SOURCE, "nymph.Freeze.end", Part.SOURCE, End.EITHER),
        at(Part.SOURCE, "nymph.Dump.begin", Part.SOURCE, End.EITHER),
        at(Part.SOURCE, "nymph.Dump.end", Part.SOURCE, End.EITHER),
        at(Part.SOURCE, "nymph.SendDelta.begin", Part.SOURCE, End.EITHER),
        at(Part.TARGET, "nymph.Restore.begin", Part.SOURCE, End.AT_TARGET),
        at(Part.SOURCE, "nymph.Release.begin", Part.SOURCE, End.AT_TARGET),
        at(Part.TARGET, "nymph.Prepare.end", Part.TARGET, End.AT_SOURCE),
        at(Part.SOURCE, "nymph.SendAhead.begin", Part.TARGET, End.AT_SOURCE),
        at(Part.SOURCE, "nymph.Freeze.end", Part.TARGET, End.AT_SOURCE),
        at(Part.SOURCE, "nymph.SendDelta.begin", Part.TARGET, End.AT_SOURCE),
        at(Part.TARGET, "nymph.Restore.begin", Part.TARGET, End.EITHER),
        at(Part.TARGET, "nymph.Restore.end", Part.TARGET, End.AT_TARGET),
        at(Part.LEADER, "coordinator.COMMIT", Part.TARGET, End.AT_TARGET),
        at(Part.LEADER, "coordinator.RELEASE", Part.TARGET, End.AT_TARGET));
  }

  private static Arguments at(Part held, String point, Part killed, End end) {
    return Arguments.of(killed, held, point, end);
  }

  @ParameterizedTest(name = "kill of {0} while {1} is at {2} leaves one copy, {3}")
  @MethodSource("cases")
  void aKillLeavesExactlyOneRunningCopy(
      Part killed, Part held, String point, End end, TestCluster cluster) throws IOException {
    Daemon leader = cluster.leader();
    Daemon source = cluster.others(leader).getFirst();
    Daemon target = cluster.others(leader).getLast();
    Counter counter = cluster.counterOn(source);
    Daemon holding = choose(held, leader, source, target);
    Daemon dying = choose(killed, leader, source, target);

    Faults.hold(holding, point);
    counter.beginMoveTo(target);
    Faults.awaitReached(holding, point);
    dying.kill();
    Faults.clear(holding);

    // A container whose hosts live must not wait for the one that died.
    if (dying == leader || (dying == target && end == End.AT_SOURCE)) {
      Daemon settled = counter.awaitSettled();
      assertEnd(end, source, target, settled);
    }
    cluster.restart(dying);
    Daemon settled = counter.awaitSettled();
    assertEnd(end, source, target, settled);
    counter.assertRunsOnlyOn(settled);

    // And it can still be moved.
    Daemon next = cluster.others(settled, leader).getFirst();
    MoveIT.assertSucceeded(counter.moveWhenFree(next));
    counter.assertRunsOnlyOn(next);
  }

  private static void assertEnd(End end, Daemon source, Daemon target, Daemon settled) {
    switch (end) {
      case AT_SOURCE -> assertThat(settled.host()).isEqualTo(source.host());
      case AT_TARGET -> assertThat(settled.host()).isEqualTo(target.host());
      case EITHER -> assertThat(settled.host()).isIn(source.host(), target.host());
    }
  }

  private static Daemon choose(Part part, Daemon leader, Daemon source, Daemon target) {
    return switch (part) {
      case LEADER -> leader;
      case SOURCE -> source;
      case TARGET -> target;
    };
  }
}
