package io.nereid.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CancelRequest;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;
import io.nereid.protocol.message.CoordinatorMessages.ListRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import io.nereid.protocol.message.CoordinatorMessages.MigrationsRequest;
import io.nereid.protocol.message.CoordinatorMessages.NodesRequest;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import io.nereid.protocol.message.NereidEvent;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Three hosts that stay up: everything that the coordinator is asked. */
class ClusterTest {
  private static TestCluster cluster;

  @BeforeAll
  static void start() {
    cluster = new TestCluster(3);
    cluster.start("a");
    cluster.start("b");
    cluster.start("c");
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void heal() {
    for (String host : List.of("a", "b", "c")) {
      cluster.host(host).nymph.heal();
    }
    assertThat(cluster.violation).isNull();
  }

  private static Failure failure(ThrowingCallable call) {
    Failure[] failure = new Failure[1];
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(FailureException.class, e -> failure[0] = e.failure());
    return failure[0];
  }

  private static Location command(String ref, ContainerAction action) {
    return cluster.bus().askAndWait(Addresses.COMMAND, new CommandRequest(ref, action));
  }

  private static Location run(String name, String address) {
    return cluster
        .bus()
        .askAndWait(
            Addresses.RUN,
            new RunRequest(
                new NodeId("a"),
                "/bundles/x",
                Optional.ofNullable(name),
                NetworkMode.BRIDGE,
                Optional.ofNullable(address),
                true));
  }

  @Test
  void aContainerMovesThereAndBack() {
    cluster.run("mover", "a");
    for (String target : new String[] {"b", "c", "a"}) {
      MigrationId id = cluster.migrate("mover", target).migration().id();
      Migration end = cluster.awaitEnd(id);
      assertThat(end.phase()).isEqualTo(Phase.SUCCEEDED);
      assertThat(end.frozenMs()).isPresent();
      assertThat(end.bytesSent()).isEqualTo(950);
      Location location = cluster.locate("mover");
      assertThat(location.owner()).isEqualTo(new NodeId(target));
      assertThat(location.status().state()).isEqualTo(ContainerState.RUNNING);
      assertThat(location.migration()).isEmpty();
    }
    assertThat(cluster.locate("mover").status().moves()).isEqualTo(3);
  }

  @Test
  void namesAreUniqueAndMadeUpWhenNotGiven() {
    cluster.run("unique", "a");
    Failure taken = failure(() -> cluster.run("unique", "b"));
    assertThat(taken.code()).isEqualTo(FailureCode.NAME_TAKEN);
    assertThat(taken.message()).contains("unique");
    assertThat(run(null, null).status().name().value()).matches("x-[0-9a-f]{6}");
    Failure bad = failure(() -> run("a/b", null));
    assertThat(bad.code()).isEqualTo(FailureCode.BAD_REQUEST);
    assertThat(bad.message()).contains("'a/b'").contains("must be");
    assertThat(failure(() -> cluster.run("elsewhere", "nowhere")).code())
        .isEqualTo(FailureCode.UNKNOWN_NODE);
  }

  @Test
  void addressesAreUniqueAndTheHardwareAddressFollows() {
    Location first = run("addr1", null);
    Location second = run("addr2", "10.77.0.200");
    assertThat(first.status().network().address().orElseThrow()).matches("10\\.77\\.0\\.\\d+/24");
    assertThat(second.status().network().mac()).contains("02:6e:0a:4d:00:c8");
    assertThat(second.status().network().gateway()).contains("10.77.0.1");
    assertThat(failure(() -> run("addr3", "10.77.0.200")).code())
        .isEqualTo(FailureCode.ADDRESS_TAKEN);
    assertThat(failure(() -> run("addr3", "10.77.0.1")).code())
        .isEqualTo(FailureCode.ADDRESS_TAKEN);
    for (String bad : List.of("10.77.1.5", "10.77.0.255", "10.77.0.0", "10.077.0.5", "x")) {
      assertThat(failure(() -> run("addr3", bad)).code())
          .as(bad)
          .isEqualTo(FailureCode.BAD_REQUEST);
    }
  }

  @Test
  void aContainerThatCouldNotBeMadeLeavesNothingBehind() {
    cluster
        .host("a")
        .nymph
        .failingCommands
        .put("create", Failure.of(FailureCode.BUNDLE_INVALID, "no config.json", "make one"));
    Failure failure = failure(() -> cluster.run("unmade", "a"));
    assertThat(failure.code()).isEqualTo(FailureCode.BUNDLE_INVALID);
    assertThat(failure(() -> cluster.locate("unmade")).code()).isEqualTo(FailureCode.NOT_FOUND);
    cluster.host("a").nymph.heal();
    assertThat(cluster.run("unmade", "a").owner()).isEqualTo(new NodeId("a"));
  }

  @Test
  void aContainerOfUnknownFateIsRemovedFromTheHostToo() {
    cluster
        .host("a")
        .nymph
        .failingCommands
        .put("create", Failure.unknown(FailureCode.RUNTIME_FAILED, "who knows", ""));
    assertThat(failure(() -> cluster.run("perhaps", "a")).certainty()).isEqualTo(Certainty.UNKNOWN);
    assertThat(failure(() -> cluster.locate("perhaps")).code()).isEqualTo(FailureCode.NOT_FOUND);
  }

  @Test
  void commandsReachTheOwnerAndRemoveFreesTheName() {
    Location made = cluster.run("commanded", "b");
    String prefix = made.status().id().value().substring(0, 10);
    assertThat(command("commanded", new ContainerAction.Pause()).status().state())
        .isEqualTo(ContainerState.PAUSED);
    assertThat(command(prefix, new ContainerAction.Unpause()).status().state())
        .isEqualTo(ContainerState.RUNNING);
    assertThat(command("commanded", new ContainerAction.Stop("TERM", 100)).status().state())
        .isEqualTo(ContainerState.STOPPED);
    var up = cluster.bus().askAndWait(Addresses.LIST, new ListRequest(false)).containers();
    var all = cluster.bus().askAndWait(Addresses.LIST, new ListRequest(true)).containers();
    assertThat(up).noneMatch(l -> l.status().name().value().equals("commanded"));
    assertThat(all).anyMatch(l -> l.status().name().value().equals("commanded"));
    command("commanded", new ContainerAction.Remove(false));
    assertThat(failure(() -> cluster.locate("commanded")).code()).isEqualTo(FailureCode.NOT_FOUND);
    cluster.run("commanded", "c");
    assertThat(failure(() -> command("commanded", new ContainerAction.Stop("TERM", -1))).code())
        .isEqualTo(FailureCode.BAD_REQUEST);
    assertThat(failure(() -> command("no\nname", new ContainerAction.Pause())).message())
        .doesNotContain("\n");
  }

  @Test
  void whatCannotBeMovedIsRefusedWithTheReason() {
    cluster.run("stays", "a");
    assertThat(failure(() -> cluster.migrate("nobody", "b")).code())
        .isEqualTo(FailureCode.NOT_FOUND);
    assertThat(failure(() -> cluster.migrate("stays", "nowhere")).code())
        .isEqualTo(FailureCode.UNKNOWN_NODE);
    assertThat(failure(() -> cluster.migrate("stays", "NOT a host")).code())
        .isEqualTo(FailureCode.BAD_REQUEST);
    assertThat(failure(() -> cluster.migrate("stays", "a")).code())
        .isEqualTo(FailureCode.SAME_NODE);
    command("stays", new ContainerAction.Pause());
    assertThat(failure(() -> cluster.migrate("stays", "b")).remedy()).contains("unpause");
    command("stays", new ContainerAction.Stop("TERM", 0));
    Failure stopped = failure(() -> cluster.migrate("stays", "b"));
    assertThat(stopped.code()).isEqualTo(FailureCode.WRONG_STATE);
    assertThat(stopped.message()).contains("stays").contains("STOPPED");
  }

  @Test
  void whileAContainerMovesNothingElseIsDoneToItAndTheAnswerNamesTheMigration() {
    cluster.run("busy", "a");
    cluster.host("a").nymph.hold(StepCommand.SendAhead.class);
    MigrationId id = cluster.migrate("busy", "b").migration().id();
    cluster.host("a").nymph.awaitBegun(StepCommand.SendAhead.class);
    Failure second = failure(() -> cluster.migrate("busy", "c"));
    assertThat(second.code()).isEqualTo(FailureCode.BUSY);
    assertThat(second.message()).contains(id.value());
    Failure kill = failure(() -> command("busy", new ContainerAction.Kill("KILL")));
    assertThat(kill.code()).isEqualTo(FailureCode.BUSY);
    assertThat(cluster.locate("busy").migration()).contains(id);
    cluster.host("a").nymph.release(StepCommand.SendAhead.class);
    assertSucceeded(cluster.awaitEnd(id));
    assertThat(command("busy", new ContainerAction.Kill("KILL")).owner())
        .isEqualTo(new NodeId("b"));
  }

  @Test
  void withoutATargetTheHostWithTheMostMemoryIsChosen() {
    cluster.run("anywhere", "a");
    cluster.host("a").nymph.memory.set(9L << 30);
    cluster.host("c").nymph.memory.set(5L << 30);
    Awaitility.await()
        .until(() ->
            cluster.bus().askAndWait(Addresses.NODES, new NodesRequest()).nodes().stream()
                .anyMatch(n -> n.node().memoryAvailableBytes() == 5L << 30));
    MigrationView view = cluster.migrate("anywhere", null);
    assertThat(view.migration().target()).isEqualTo(new NodeId("c"));
    assertSucceeded(cluster.awaitEnd(view.migration().id()));
  }

  @ParameterizedTest
  @ValueSource(classes = {StepCommand.SendAhead.class, StepCommand.Dump.class})
  void aCancelEndsItWithTheSourceRunning(Class<? extends StepCommand> kind) {
    String name = "cancel-" + kind.getSimpleName();
    Location made = cluster.run(name, "a");
    cluster.host("a").nymph.hold(kind);
    MigrationId id = cluster.migrate(name, "b").migration().id();
    cluster.host("a").nymph.awaitBegun(kind);
    MigrationView view = cluster.bus().askAndWait(Addresses.CANCEL, new CancelRequest(id));
    assertThat(view.migration().cancelRequested()).isTrue();
    assertThat(view.migration().phase()).isIn(Phase.ROLLBACK, Phase.ROLLED_BACK);
    cluster.host("a").nymph.release(kind);
    Migration end = cluster.awaitEnd(id);
    assertThat(end.phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(end.failure().orElseThrow().code()).isEqualTo(FailureCode.CANCELLED);
    assertThat(cluster.copyAt("a", made.status().id()).orElseThrow().state())
        .isEqualTo(ContainerState.RUNNING);
    assertThat(cluster.isClean("b")).isTrue();
    assertThat(cluster.locate(name).owner()).isEqualTo(new NodeId("a"));
  }

  @Test
  void afterTheGrantItIsTooLateToCancel() {
    cluster.run("granted", "a");
    cluster.host("b").nymph.hold(StepCommand.Restore.class);
    MigrationId id = cluster.migrate("granted", "b").migration().id();
    cluster.host("b").nymph.awaitBegun(StepCommand.Restore.class);
    Failure late = failure(() -> cluster.bus().askAndWait(Addresses.CANCEL, new CancelRequest(id)));
    assertThat(late.code()).isEqualTo(FailureCode.WRONG_STATE);
    assertThat(late.message()).contains("RESTORE");
    assertThat(cluster.locate("granted").status().state()).isEqualTo(ContainerState.RESTORING);
    cluster.host("b").nymph.release(StepCommand.Restore.class);
    assertSucceeded(cluster.awaitEnd(id));
    Failure over = failure(() -> cluster.bus().askAndWait(Addresses.CANCEL, new CancelRequest(id)));
    assertThat(over.code()).isEqualTo(FailureCode.WRONG_STATE);
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
        StepCommand.Restore.class
      })
  void aFailureOfAnyStepEndsWithTheSourceRunningAndTheReasonTold(
      Class<? extends StepCommand> kind) {
    String name = "fail-" + kind.getSimpleName();
    Location made = cluster.run(name, "a");
    Failure why = Failure.of(FailureCode.CRIU_FAILED, "it broke", "mend it");
    cluster.host("a").nymph.fail(kind, why);
    cluster.host("b").nymph.fail(kind, why);
    MigrationId id = cluster.migrate(name, "b").migration().id();
    Migration end = cluster.awaitEnd(id);
    assertThat(end.phase()).isEqualTo(Phase.ROLLED_BACK);
    Failure told = end.failure().orElseThrow();
    assertThat(told.code()).isEqualTo(FailureCode.CRIU_FAILED);
    assertThat(told.message()).contains("on host '").endsWith("it broke");
    assertThat(told.remedy()).isEqualTo("mend it");
    assertThat(cluster.copyAt("a", made.status().id()).orElseThrow().state())
        .isEqualTo(ContainerState.RUNNING);
    assertThat(cluster.copyAt("b", made.status().id())).isEmpty();
    assertThat(cluster.isClean("b")).isTrue();
    cluster.host("a").nymph.heal();
    cluster.host("b").nymph.heal();
    MigrationId again = cluster.migrate(name, "b").migration().id();
    assertSucceeded(cluster.awaitEnd(again));
  }

  @Test
  void whoWatchesSeesEveryPhaseAndWhoPollsIsAnsweredByTheNextChange() throws Exception {
    List<NereidEvent> events = new CopyOnWriteArrayList<>();
    Runnable end = cluster.host("c").bus().watch(Addresses.EVENTS, events::add);
    cluster.run("watched", "a");
    cluster.host("a").nymph.hold(StepCommand.Dump.class);
    MigrationId id = cluster.migrate("watched", "b").migration().id();
    cluster.host("a").nymph.awaitBegun(StepCommand.Dump.class);
    Awaitility.await().until(() -> cluster.view(id).migration().phase() == Phase.DUMP);
    MigrationView now = cluster.view(id);
    var next =
        cluster
            .bus()
            .ask(Addresses.MIGRATION, new MigrationRequest(id, now.version(), 2_000))
            .toCompletionStage()
            .toCompletableFuture();
    assertThat(next).isNotDone();
    cluster.host("a").nymph.release(StepCommand.Dump.class);
    assertThat(next.get(5, TimeUnit.SECONDS).version()).isGreaterThan(now.version());
    cluster.awaitEnd(id);
    Awaitility.await()
        .untilAsserted(() ->
            assertThat(
                    events.stream()
                        .filter(NereidEvent.MigrationChanged.class::isInstance)
                        .map(e -> ((NereidEvent.MigrationChanged) e).migration())
                        .filter(m -> m.id().equals(id))
                        .map(Migration::phase))
                .contains(Phase.FREEZE, Phase.DELTA, Phase.RESTORE, Phase.SUCCEEDED));
    assertThat(events)
        .anyMatch(e ->
            e instanceof NereidEvent.ContainerChanged c
                && c.location().owner().equals(new NodeId("b")));
    end.run();
    assertThat(
            cluster
                .bus()
                .askAndWait(Addresses.MIGRATIONS, new MigrationsRequest(1))
                .migrations()
                .getFirst()
                .id())
        .isEqualTo(id);
    assertThat(failure(() -> cluster.view(new MigrationId("m-ffffffffffff"))).code())
        .isEqualTo(FailureCode.NOT_FOUND);
  }

  @Test
  void aTargetWhoseDaemonIsDownForAMomentIsForgivenBeforeAnythingIsBegun() {
    cluster.run("patient", "a");
    cluster.host("b").killNymph(false);
    MigrationId id = cluster.migrate("patient", "b").migration().id();
    cluster.host("b").startNymph();
    assertSucceeded(cluster.awaitEnd(id));
  }

  private static void assertSucceeded(Migration end) {
    assertThat(end.phase()).as(() -> "end of " + end).isEqualTo(Phase.SUCCEEDED);
  }
}
