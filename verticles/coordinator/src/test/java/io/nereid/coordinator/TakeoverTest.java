package io.nereid.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.CancelRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The leader dies while a step is under way on another host; the next one goes on. */
class TakeoverTest {
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = new TestCluster(3);
    Stream.of("a", "b", "c").forEach(cluster::start);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void noContainerRanTwice() {
    assertThat(cluster.violation).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        StepCommand.Describe.class,
        StepCommand.Check.class,
        StepCommand.Prepare.class,
        StepCommand.SendAhead.class,
        StepCommand.Freeze.class,
        StepCommand.Dump.class,
        StepCommand.SendDelta.class,
        StepCommand.Restore.class,
        StepCommand.Release.class
      })
  void theNextLeaderEndsWhatTheDeadOneHasBegun(Class<? extends StepCommand> kind) {
    Move move = Move.heldIn(kind);
    move.leader.crash();
    assertThat(cluster.awaitLeader().id).isEqualTo(move.source.id);
    move.release();
    Migration end = cluster.awaitEnd(move.id);
    assertThat(end.phase()).isEqualTo(Phase.SUCCEEDED);
    move.assertRunsOnlyAt(move.target, move.source);
    cluster.start(move.leader.id.value());
  }

  @ParameterizedTest
  @ValueSource(classes = {StepCommand.SendAhead.class, StepCommand.Dump.class})
  void theNextLeaderCanCancelWhatTheDeadOneHasBegun(Class<? extends StepCommand> kind) {
    Move move = Move.heldIn(kind);
    move.leader.crash();
    cluster.awaitLeader();
    cluster.await(move.id, m -> true);
    assertThat(
            cluster.ask(Addresses.CANCEL, new CancelRequest(move.id)).migration().cancelRequested())
        .isTrue();
    move.release();
    assertThat(cluster.awaitEnd(move.id).phase()).isEqualTo(Phase.ROLLED_BACK);
    move.assertRunsOnlyAt(move.source, move.target);
    cluster.start(move.leader.id.value());
  }

  /** A migration between the two hosts that do not lead, held in one step. */
  private record Move(
      TestCluster.Host leader,
      TestCluster.Host source,
      TestCluster.Host target,
      Location made,
      MigrationId id,
      Class<? extends StepCommand> kind) {
    static Move heldIn(Class<? extends StepCommand> kind) {
      TestCluster.Host leader = cluster.awaitLeader();
      List<TestCluster.Host> others = cluster.byAge().stream().filter(h -> h != leader).toList();
      TestCluster.Host source = others.getFirst();
      TestCluster.Host target = others.getLast();
      String name = "take-" + kind.getSimpleName() + "-" + System.nanoTime();
      Location made = cluster.run(name, source.id.value());
      source.nymph.hold(kind);
      target.nymph.hold(kind);
      MigrationId id = cluster.migrate(name, target.id.value()).migration().id();
      performer(source, target, kind).nymph.awaitBegun(kind);
      return new Move(leader, source, target, made, id, kind);
    }

    private static TestCluster.Host performer(
        TestCluster.Host source, TestCluster.Host target, Class<?> kind) {
      return Stream.of(
                  StepCommand.Check.class, StepCommand.Prepare.class, StepCommand.Restore.class)
              .anyMatch(kind::equals)
          ? target
          : source;
    }

    void release() {
      source.nymph.release(kind);
      target.nymph.release(kind);
    }

    void assertRunsOnlyAt(TestCluster.Host there, TestCluster.Host notThere) {
      assertThat(cluster.copyAt(there.id.value(), made.status().id()).orElseThrow().state())
          .isEqualTo(ContainerState.RUNNING);
      assertThat(cluster.copyAt(notThere.id.value(), made.status().id())).isEmpty();
      assertThat(cluster.locate(made.status().id().value()).owner()).isEqualTo(there.id);
    }
  }
}
