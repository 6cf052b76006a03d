package io.nereid.nymph.container;

import static io.nereid.nymph.testing.TestHost.FENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.nymph.testing.TestHost;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NymphMessages.CommandRequest;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRuntime
class ContainerServiceTest {
  private static final String COUNT = "i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done";
  private static final String POLITE = "trap 'echo bye; exit 7' TERM; " + COUNT;
  @TempDir Path temp;
  private TestHost host;

  @BeforeEach
  void openHost() {
    host = new TestHost(temp);
  }

  @AfterEach
  void closeHost() throws IOException {
    host.close();
  }

  private Path bundle(String script) throws IOException {
    return bundle(script, c -> {});
  }

  private Path bundle(String script, Consumer<ObjectNode> change) throws IOException {
    return BusyboxBundle.make(temp.resolve("bundle"), script, change);
  }

  private Failure refusal(ContainerId id, ContainerAction action) {
    try {
      host.command(id, action);
    } catch (FailureException e) {
      return e.failure();
    }
    throw new AssertionError(action + " was done");
  }

  private void awaitLog(ContainerId id, String text) {
    await().atMost(Duration.ofSeconds(20)).until(() -> host.log(id).contains(text));
  }

  private void awaitState(ContainerId id, ContainerState state) {
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          host.core.service().reapIfEnded(id);
          return host.core.view().of(id).state() == state;
        });
  }

  @Test
  void aContainerRunsLogsAndEndsWithItsOwnExitCodeWhenStopped() throws IOException {
    ContainerStatus running = host.run(bundle(POLITE));
    assertThat(running.state()).isEqualTo(ContainerState.RUNNING);
    assertThat(running.pid()).isPresent();
    assertThat(running.command()).startsWith("/bin/sh", "-c");
    awaitLog(running.id(), "stdout F 3");
    ContainerStatus stopped =
        host.command(running.id(), new ContainerAction.Stop("SIGTERM", 10_000));
    assertThat(stopped.state()).isEqualTo(ContainerState.STOPPED);
    assertThat(stopped.exitCode()).contains(7);
    assertThat(stopped.pid()).isEmpty();
    assertThat(host.log(running.id())).contains("stdout F bye");
    assertThat(host.core.basics().journal().all()).isEmpty();
  }

  @Test
  void whoIgnoresTheSignalIsKilledAfterTheGrace() throws IOException {
    ContainerStatus running = host.run(bundle("trap '' TERM; " + COUNT));
    awaitLog(running.id(), "stdout F 1");
    ContainerStatus stopped = host.command(running.id(), new ContainerAction.Stop("TERM", 200));
    assertThat(stopped.exitCode()).contains(137);
  }

  @Test
  void aPausedContainerStandsStillAndCanBeStoppedPolitely() throws IOException {
    ContainerId id = host.run(bundle(POLITE)).id();
    awaitLog(id, "stdout F 1");
    assertThat(host.command(id, new ContainerAction.Pause()).state())
        .isEqualTo(ContainerState.PAUSED);
    assertThat(host.command(id, new ContainerAction.Pause()).state())
        .isEqualTo(ContainerState.PAUSED);
    ContainerStatus stopped = host.command(id, new ContainerAction.Stop("TERM", 10_000));
    assertThat(stopped.exitCode()).contains(7);
  }

  @Test
  void unpauseLetsItGoOn() throws IOException {
    ContainerId id = host.run(bundle(COUNT)).id();
    host.command(id, new ContainerAction.Pause());
    String before = host.log(id);
    assertThat(host.command(id, new ContainerAction.Unpause()).state())
        .isEqualTo(ContainerState.RUNNING);
    await().atMost(Duration.ofSeconds(20)).until(() -> host.log(id).length() > before.length());
  }

  @Test
  void aPausedContainerCanBeKilledAndRemoved() throws IOException {
    ContainerId id = host.run(bundle(COUNT)).id();
    host.command(id, new ContainerAction.Pause());
    assertThat(host.command(id, new ContainerAction.Kill("9")).exitCode()).contains(137);
    host.command(id, new ContainerAction.Start());
    host.command(id, new ContainerAction.Pause());
    host.command(id, new ContainerAction.Remove(true));
    host.assertNothingIsLeft();
  }

  @Test
  void aStoppedContainerStartsAgainWithItsFilesAndItsLogGoesOn() throws IOException {
    ContainerId id = host.run(bundle("echo run >> /runs; cat /runs; cat /etc/marker; exit 3")).id();
    awaitState(id, ContainerState.STOPPED);
    assertThat(host.core.view().of(id).exitCode()).contains(3);
    ContainerStatus again = host.command(id, new ContainerAction.Start());
    assertThat(again.exitCode()).isEmpty();
    awaitState(id, ContainerState.STOPPED);
    assertThat(host.log(id).lines().filter(l -> l.endsWith("stdout F run"))).hasSize(3);
    assertThat(host.paths().container(id).upper().resolve("runs")).hasContent("run\nrun\n");
  }

  @Test
  void theBundleIsNeverChanged() throws IOException {
    Path bundle = bundle("echo x > /etc/marker; rm /bin/true; sleep 60");
    byte[] before = Files.readAllBytes(bundle.resolve("config.json"));
    ContainerId id = host.run(bundle).id();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Files.exists(host.paths().container(id).upper().resolve("etc/marker")));
    assertThat(bundle.resolve("rootfs/etc/marker")).hasContent("from the layer\n");
    assertThat(bundle.resolve("config.json")).hasBinaryContent(before);
    try (var entries = Files.list(bundle)) {
      assertThat(entries).hasSize(2);
    }
  }

  @Test
  void bothStreamsAreLoggedAsWhatTheyAre() throws IOException {
    ContainerId id = host.run(bundle("echo to out; echo to err >&2")).id();
    awaitState(id, ContainerState.STOPPED);
    assertThat(host.log(id)).contains("stdout F to out").contains("stderr F to err");
  }

  @Test
  void aContainerWithATerminalRuns() throws IOException {
    ContainerStatus status =
        host.run(
            bundle(
                "stty size; echo done; sleep 60",
                c -> c.withObject("/process").put("terminal", true)));
    awaitLog(status.id(), "done");
    assertThat(host.core.store().get(status.id()).terminal()).isTrue();
  }

  @Test
  void aContainerInTheHostsNetworkHasNoNamespaceOfItsOwn() throws IOException {
    ContainerStatus status = host.create(bundle(COUNT), NetworkMode.HOST, true);
    assertThat(Files.readSymbolicLink(Path.of("/proc/" + status.pid().orElseThrow() + "/ns/net")))
        .isEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
    ContainerStatus other = host.run(temp.resolve("bundle"));
    assertThat(Files.readSymbolicLink(Path.of("/proc/" + other.pid().orElseThrow() + "/ns/net")))
        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")));
  }

  @Test
  void theBundlesLimitsHold() throws IOException {
    ContainerStatus status =
        host.run(
            bundle(COUNT, c -> c.withObject("/linux/resources/memory").put("limit", 50_000_000L)));
    long limit = host.core.cgroups().memoryBytes(host.paths().cgroup(status.id()));
    assertThat(limit).isPositive().isLessThan(50_000_000L);
    Path v1 = Path.of("/sys/fs/cgroup/memory" + host.paths().cgroup(status.id()));
    Path v2 = Path.of("/sys/fs/cgroup" + host.paths().cgroup(status.id()));
    String set =
        Files.exists(v1)
            ? Files.readString(v1.resolve("memory.limit_in_bytes"))
            : Files.readString(v2.resolve("memory.max"));
    assertThat(Long.parseLong(set.strip())).isBetween(49_000_000L, 50_000_000L);
  }

  @Test
  void createdAndNotStartedMeansThatNothingRuns() throws IOException {
    ContainerStatus created = host.create(bundle(COUNT), NetworkMode.NONE, false);
    assertThat(created.state()).isEqualTo(ContainerState.CREATED);
    assertThat(created.pid()).isEmpty();
    assertThat(refusal(created.id(), new ContainerAction.Pause()).code())
        .isEqualTo(FailureCode.WRONG_STATE);
    assertThat(host.command(created.id(), new ContainerAction.Start()).state())
        .isEqualTo(ContainerState.RUNNING);
  }

  @Test
  void aProgramThatDoesNotExistFailsTheRunWithTheRuntimesWordsAndLeavesNothing()
      throws IOException {
    Path bundle =
        bundle("", c -> c.withObject("/process").putArray("args").add("/no/such/program"));
    assertThatThrownBy(() -> host.run(bundle))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> {
              assertThat(e.failure().code()).isEqualTo(FailureCode.RUNTIME_FAILED);
              assertThat(e).hasMessageContaining("/no/such/program");
              assertThat(e.failure().evidence()).anyMatch(l -> l.contains("conmon"));
            });
    host.assertNothingIsLeft();
  }

  @Test
  void aBundleThatIsRefusedLeavesNothing() throws IOException {
    Path bundle = bundle(COUNT);
    Files.delete(bundle.resolve("config.json"));
    assertThatThrownBy(() -> host.run(bundle)).hasMessageContaining("has no config.json");
    host.assertNothingIsLeft();
    assertThat(host.core.store().all()).isEmpty();
  }

  @Test
  void aTakenNameIsRefused() throws IOException {
    ContainerStatus first = host.create(bundle(COUNT), NetworkMode.NONE, false);
    CreateRequest second =
        new CreateRequest(
            FENCE,
            ContainerId.random(),
            first.name(),
            temp.resolve("bundle").toString(),
            NetworkSpec.without(NetworkMode.NONE),
            true);
    assertThatThrownBy(() -> host.core.service().create(second))
        .hasMessageContaining(first.name().value());
    assertThat(host.core.store().all()).hasSize(1);
  }

  @Test
  void theSameRequestAgainReturnsWhatItHasMade() throws IOException {
    CreateRequest request =
        new CreateRequest(
            FENCE,
            ContainerId.random(),
            new ContainerName("web"),
            bundle(COUNT).toString(),
            NetworkSpec.without(NetworkMode.NONE),
            true);
    ContainerStatus first = host.core.service().create(request);
    ContainerStatus again = host.core.service().create(request);
    assertThat(again.pid()).isEqualTo(first.pid());
  }

  @Test
  void removingTakesForceWhileItRunsAndLeavesNothing() throws IOException {
    ContainerId id = host.run(bundle(COUNT)).id();
    Failure refusal = refusal(id, new ContainerAction.Remove(false));
    assertThat(refusal.code()).isEqualTo(FailureCode.WRONG_STATE);
    assertThat(refusal.remedy()).contains("--force");
    assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.RUNNING);
    host.command(id, new ContainerAction.Remove(true));
    host.assertNothingIsLeft();
    assertThat(host.transfer.forgotten).contains(id);
    assertThat(refusal(id, new ContainerAction.Start()).code()).isEqualTo(FailureCode.NOT_FOUND);
  }

  @Test
  void commandsOfThePastAndBadArgumentsAreRefusedAndChangeNothing() throws IOException {
    ContainerId id = host.run(bundle(COUNT)).id();
    host.core.epochs().raise(new Fence(new Term(2), new Epoch(5)), id);
    assertThat(refusal(id, new ContainerAction.Remove(true)).code())
        .isEqualTo(FailureCode.STALE_TERM);
    Fence now = new Fence(new Term(2), new Epoch(5));
    for (String signal : new String[] {"", "NOPE", "0", "65", "-1", "TERM; rm"}) {
      assertThatThrownBy(() ->
              host.core
                  .service()
                  .command(new CommandRequest(now, id, new ContainerAction.Kill(signal))))
          .hasMessageContaining("'" + signal + "' is not a signal");
    }
    assertThatThrownBy(() ->
            host.core
                .service()
                .command(new CommandRequest(now, id, new ContainerAction.Stop("TERM", 1_000_000))))
        .hasMessageContaining("1000000 ms");
    assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.RUNNING);
  }

  @Test
  void whatAMigrationHoldsIsLeftAlone() throws IOException {
    ContainerId id = host.run(bundle(COUNT)).id();
    MigrationHold hold =
        new MigrationHold(MigrationId.random(), MigrationHold.Role.SOURCE, new NodeId("b"));
    host.core.store().update(id, r -> r.withHold(Optional.of(hold)));
    host.core.runtime().freeze(id);
    Failure refusal = refusal(id, new ContainerAction.Unpause());
    assertThat(refusal.code()).isEqualTo(FailureCode.BUSY);
    assertThat(refusal.message()).contains(hold.migration().value());
    assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.FROZEN);
  }
}
