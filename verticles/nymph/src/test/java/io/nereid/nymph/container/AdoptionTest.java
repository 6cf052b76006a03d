package io.nereid.nymph.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.conmon.ConmonRequest;
import io.nereid.nymph.fs.MountTable;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.nymph.testing.ForkedNymph;
import io.nereid.nymph.testing.TestHost;
import io.nereid.process.Command;
import io.nereid.process.SystemProcessRunner;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRuntime
class AdoptionTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String COUNT =
      "trap 'echo bye; exit 7' TERM; i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";
  @TempDir Path temp;

  private Path bundle(String name, String script) throws IOException {
    return BusyboxBundle.make(temp.resolve(name), script, c -> {});
  }

  private static long lines(Path log) throws IOException {
    try (var all = Files.lines(log)) {
      return all.count();
    }
  }

  @Test
  void containersOutliveAKilledNymphAndTheNextOneTakesThemOver() throws Exception {
    String name = "k" + temp.getFileName().toString().replaceAll("[^0-9]", "").substring(0, 6);
    ContainerId counter;
    ContainerId brief;
    try (ForkedNymph nymph =
        ForkedNymph.start(
            temp, name, List.of(bundle("count", COUNT), bundle("brief", "sleep 2; exit 5")))) {
      counter = nymph.next();
      brief = nymph.next();
      nymph.kill();
    }
    Path log = temp.resolve("data/containers").resolve(counter.value()).resolve("log/ctr.log");
    long before = lines(log);
    await().atMost(LONG).until(() -> lines(log) > before + 5);
    Path exit = temp.resolve("run/exits").resolve(brief.value());
    await().atMost(LONG).until(() -> Files.exists(exit));
    try (TestHost host = new TestHost(temp, name)) {
      ContainerStatus taken = host.core.view().of(counter);
      assertThat(taken.state()).isEqualTo(ContainerState.RUNNING);
      assertThat(ProcessHandle.of(taken.pid().orElseThrow())).isPresent();
      ContainerStatus ended = host.core.view().of(brief);
      assertThat(ended.state()).isEqualTo(ContainerState.STOPPED);
      assertThat(ended.exitCode()).contains(5);
      assertThat(host.core.basics().journal().of(brief)).isEmpty();
      ContainerStatus stopped = host.command(counter, new ContainerAction.Stop("TERM", 10_000));
      assertThat(stopped.exitCode()).contains(7);
      List<String> numbers =
          Files.readAllLines(log).stream().map(l -> l.substring(l.lastIndexOf(' ') + 1)).toList();
      for (int i = 0; i < numbers.size() - 1; i++) {
        assertThat(numbers.get(i)).isEqualTo(Integer.toString(i + 1));
      }
      assertThat(numbers).last().isEqualTo("bye");
    }
  }

  @Test
  void aCreationThatWasInterruptedIsRemovedCompletely() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerStatus made = host.create(bundle("b", COUNT), NetworkMode.NONE, false);
      ContainerRecord record = host.core.store().get(made.id());
      host.core.runtime().prepare(record, false);
      host.core
          .conmon()
          .bringUp(
              ConmonRequest.create(
                  made.id(), host.paths().container(made.id()), record.terminal()));
      host.core.store().update(made.id(), r -> r.withStage(ContainerRecord.Stage.CREATING));
      host.forgetEverythingAndComeBack();
      assertThat(host.core.store().all()).isEmpty();
      host.assertNothingIsLeft();
    }
  }

  @Test
  void aStartThatWasInterruptedIsTakenBackAndTheContainerIsStillThere() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerStatus made = host.create(bundle("b", COUNT), NetworkMode.NONE, false);
      host.core.runtime().prepare(host.core.store().get(made.id()), false);
      host.core
          .conmon()
          .bringUp(ConmonRequest.create(made.id(), host.paths().container(made.id()), false));
      host.forgetEverythingAndComeBack();
      assertThat(host.core.view().of(made.id()).state()).isEqualTo(ContainerState.CREATED);
      assertThat(host.core.basics().journal().all()).isEmpty();
      assertThat(host.core.runc().list()).isEmpty();
      assertThat(host.command(made.id(), new ContainerAction.Start()).state())
          .isEqualTo(ContainerState.RUNNING);
    }
  }

  @Test
  void aContainerThatBeganRightBeforeTheCrashIsKept() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerId id = host.create(bundle("b", COUNT), NetworkMode.NONE, false).id();
      host.core.runtime().start(host.core.store().get(id));
      host.forgetEverythingAndComeBack();
      assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.RUNNING);
      assertThat(host.core.store().get(id).started()).isPresent();
    }
  }

  @Test
  void aRemovalThatWasInterruptedGoesOn() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerId id = host.run(bundle("b", COUNT)).id();
      host.core.store().update(id, r -> r.withStage(ContainerRecord.Stage.REMOVING));
      host.forgetEverythingAndComeBack();
      assertThat(host.core.store().all()).isEmpty();
      host.assertNothingIsLeft();
    }
  }

  @Test
  void aPausedContainerStaysPaused() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerId id = host.run(bundle("b", COUNT)).id();
      host.command(id, new ContainerAction.Pause());
      host.forgetEverythingAndComeBack();
      assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.PAUSED);
    }
  }

  @Test
  void whatAMigrationHoldsStaysExactlyAsItIs() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerId id = host.run(bundle("b", COUNT)).id();
      MigrationHold hold =
          new MigrationHold(MigrationId.random(), MigrationHold.Role.SOURCE, new NodeId("b"));
      host.core.store().update(id, r -> r.withHold(Optional.of(hold)));
      host.core.runtime().freeze(id);
      List<Resource> made = host.core.basics().journal().of(id);
      host.forgetEverythingAndComeBack();
      ContainerStatus status = host.core.view().of(id);
      assertThat(status.state()).isEqualTo(ContainerState.FROZEN);
      assertThat(status.hold()).contains(hold);
      assertThat(host.core.basics().journal().of(id)).isEqualTo(made);
      ContainerId arriving = ContainerId.random();
      host.core
          .store()
          .save(
              Records.creating(arriving)
                  .withStage(ContainerRecord.Stage.ARRIVING)
                  .withHold(
                      Optional.of(
                          new MigrationHold(
                              MigrationId.random(), MigrationHold.Role.TARGET, new NodeId("c")))));
      Path parked =
          host.core.network().create(arriving, Records.creating(arriving).network(), true);
      host.forgetEverythingAndComeBack();
      assertThat(host.core.view().of(arriving).state()).isEqualTo(ContainerState.RESTORING);
      assertThat(MountTable.read().at(parked.toRealPath())).isPresent();
    }
  }

  @Test
  void whatNobodyKnowsIsFoundByLookingAndRemoved() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerId lost = host.run(bundle("b", COUNT)).id();
      ContainerId stranger = ContainerId.random();
      Files.createDirectories(host.paths().dumps(stranger).resolve("final"));
      Files.createDirectories(host.paths().conmon().resolve(stranger.value()));
      Files.writeString(host.paths().exits().resolve(stranger.value()), "0");
      Path reserved = host.paths().dumps(ContainerId.random());
      Files.createDirectories(reserved);
      // The record is gone, and so is the journal: only the system itself knows.
      Files.delete(host.paths().container(lost).record());
      Files.delete(host.paths().journal().resolve("resources.log"));
      int pid = host.core.runtime().pid(lost).orElseThrow();
      host.core.basics().close();
      Set<ContainerId> kept = Set.of(new ContainerId(reserved.getFileName().toString()));
      try (TestHost next = TestHost.withReserved(temp, host.paths().node().value(), kept)) {
        assertThat(ProcessHandle.of(pid)).isEmpty();
        assertThat(reserved).isDirectory();
        Files.delete(reserved);
        // A directory without a readable record may be somebody's data: it is left and reported.
        assertThat(next.core.store().unreadable()).hasSize(1);
        assertThat(next.paths().container(lost).upper()).isDirectory();
        next.core.basics().delete().delete(next.paths().container(lost).base());
      }
      host.core = TestHost.withReserved(temp, host.paths().node().value(), Set.of()).core;
    }
  }

  @Test
  void commandsInsideContainersOfTheLastNymphAreEnded() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerId id = host.run(bundle("b", COUNT)).id();
      Process exec =
          SystemProcessRunner.ofThisHost()
              .launch(
                  host.core.runc().argv("exec", id.value(), "sleep", "4713"),
                  java.util.Map.of(),
                  Optional.empty(),
                  false);
      await()
          .atMost(LONG)
          .until(() -> host.core.cgroups().processes(host.paths().cgroup(id)).size() > 2);
      host.forgetEverythingAndComeBack();
      assertThat(exec.waitFor()).isNotZero();
      await()
          .atMost(LONG)
          .until(() ->
              !SystemProcessRunner.ofThisHost()
                  .run(Command.of(LONG, host.core.runc().argv("ps", id.value())))
                  .toString()
                  .contains("sleep 4713"));
      assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.RUNNING);
    }
  }

  @Test
  void whenConmonWasKilledTheEndIsSeenWithoutAnExitCode() throws Exception {
    try (TestHost host = new TestHost(temp)) {
      ContainerId id = host.run(bundle("b", "sleep 60")).id();
      host.core.conmon().process(id).orElseThrow().destroyForcibly();
      await().atMost(LONG).until(() -> !host.core.conmon().isAlive(id));
      assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.RUNNING);
      ContainerStatus stopped = host.command(id, new ContainerAction.Stop("TERM", 100));
      assertThat(stopped.state()).isEqualTo(ContainerState.STOPPED);
      assertThat(stopped.exitCode()).isEmpty();
    }
  }
}
