package io.nereid.nymph;

import static io.nereid.nymph.testing.TestHost.FENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.bus.BusClient;
import io.nereid.bus.BusServer;
import io.nereid.config.ConfigLoader;
import io.nereid.config.HostFacts;
import io.nereid.config.NereidConfig;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.RandomHex;
import io.nereid.domain.id.Term;
import io.nereid.domain.node.NodeReport;
import io.nereid.fault.FaultPoints;
import io.nereid.nymph.runtime.Cgroups;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.nymph.testing.FakeTransfer;
import io.nereid.nymph.testing.NoSnapshots;
import io.nereid.process.ProgramEnvironment;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.ReportAck;
import io.nereid.protocol.message.NymphMessages.CommandRequest;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import io.nereid.protocol.message.NymphMessages.ExecIo;
import io.nereid.protocol.message.NymphMessages.ExecIoRequest;
import io.nereid.protocol.message.NymphMessages.ExecRequest;
import io.nereid.protocol.message.NymphMessages.InspectRequest;
import io.nereid.protocol.message.NymphMessages.Inspection;
import io.nereid.protocol.message.NymphMessages.LogChunk;
import io.nereid.protocol.message.NymphMessages.LogsRequest;
import io.nereid.protocol.message.NymphMessages.ReportRequest;
import io.nereid.protocol.message.RecoveryMessages.Claim;
import io.nereid.protocol.message.RecoveryMessages.Standing;
import io.nereid.testkit.RequiresRuntime;
import io.vertx.core.Vertx;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The nymph as the rest of the cluster sees it: over the event bus, with real runc and conmon. */
@RequiresRuntime
class NymphVerticleTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final NodeId node = new NodeId("v" + RandomHex.ofBytes(3));
  private final List<NodeReport> reports = new CopyOnWriteArrayList<>();
  @TempDir Path temp;
  private Vertx vertx;
  private BusClient bus;
  private String deployment;

  @BeforeEach
  void deploy() throws Exception {
    vertx = Vertx.vertx();
    bus = new BusClient(vertx);
    new BusServer(vertx)
        .serveBlocking(
            Addresses.REPORT,
            r -> {
              reports.add(r);
              return new ReportAck(new Term(1));
            })
        .await(10, TimeUnit.SECONDS);
    up();
  }

  private void up() throws Exception {
    var around =
        new Nymphs.Surroundings(
            config(),
            new FakeTransfer(temp.resolve("data/layers")),
            new NoSnapshots(),
            ProgramEnvironment.from(System.getenv()),
            "test",
            FaultPoints.NONE);
    deployment = vertx.deployVerticle(Nymphs.verticle(around)).await(60, TimeUnit.SECONDS);
  }

  private NereidConfig config() {
    Map<String, String> settings =
        Map.of(
            "node.name", node.value(),
            "node.dataDir", temp.resolve("data").toString(),
            "node.runDir", temp.resolve("run").toString(),
            "criu.dumpPath", temp.resolve("dumps").toString());
    return new ConfigLoader(HostFacts.ofThisMachine())
        .load(
            Optional.empty(),
            Map.of(),
            settings.entrySet().stream()
                .map(e -> new ConfigLoader.Chosen(e.getKey(), e.getValue(), "test"))
                .toList());
  }

  @AfterEach
  void leaveNothing() throws Exception {
    for (ContainerStatus status : report().containers()) {
      command(status.id(), new ContainerAction.Remove(true));
    }
    vertx.close().await(20, TimeUnit.SECONDS);
    Cgroups cgroups = Cgroups.ofThisHost();
    assertThat(cgroups.children("/nereid-" + node)).isEmpty();
    cgroups.remove("/nereid-" + node);
  }

  private NodeReport report() {
    return bus.askAndWait(Addresses.NYMPH_REPORT.at(node), new ReportRequest());
  }

  private ContainerStatus command(ContainerId id, ContainerAction action) {
    return bus.askAndWait(Addresses.NYMPH_COMMAND.at(node), new CommandRequest(FENCE, id, action));
  }

  private ContainerStatus run(String script) throws Exception {
    Path bundle = BusyboxBundle.make(temp.resolve("bundle"), script, c -> {});
    return bus.askAndWait(
        Addresses.CREATE.at(node),
        new CreateRequest(
            FENCE,
            ContainerId.random(),
            new ContainerName("web"),
            bundle.toString(),
            NetworkSpec.without(NetworkMode.NONE),
            true));
  }

  @Test
  void aContainerIsRunReadInspectedEnteredAndEndedOverTheBus() throws Exception {
    ContainerId id = run("echo hello; trap 'exit 4' TERM; while :; do sleep 0.1; done").id();
    List<String> lines = new ArrayList<>();
    await()
        .atMost(LONG)
        .until(() -> {
          LogChunk chunk =
              bus.askAndWait(Addresses.LOGS.at(node), new LogsRequest(id, 0, -1, 0, 10_000, 2_000));
          chunk.lines().forEach(l -> lines.add(l.text()));
          return !chunk.lines().isEmpty();
        });
    assertThat(lines).containsExactly("hello");
    Inspection inspection = bus.askAndWait(Addresses.INSPECT.at(node), new InspectRequest(id));
    assertThat(inspection.memoryBytes()).isPositive();
    assertThat(inspection.mounts()).contains("/proc");
    assertThat(inspection.upperBytes()).isNotNegative();
    assertThat(inspection.bundle()).endsWith("/bundle");
    var exec =
        bus.askAndWait(
                Addresses.EXEC.at(node),
                new ExecRequest(
                    FENCE,
                    id,
                    List.of("cat", "/etc/marker"),
                    List.of(),
                    Optional.empty(),
                    Optional.empty(),
                    false,
                    false,
                    0,
                    0))
            .exec();
    StringBuilder out = new StringBuilder();
    await()
        .atMost(LONG)
        .until(() -> {
          ExecIo io =
              bus.askAndWait(
                  Addresses.EXEC_IO.at(node),
                  new ExecIoRequest(exec, new byte[0], false, 0, 0, 1_000));
          out.append(new String(io.stdout(), StandardCharsets.UTF_8));
          return io.exitCode().isPresent();
        });
    assertThat(out).hasToString("from the layer\n");
    assertThat(command(id, new ContainerAction.Stop("TERM", 10_000)).exitCode()).contains(4);
    LogChunk end = bus.askAndWait(Addresses.LOGS.at(node), new LogsRequest(id, 0, 0, 0, 10_000, 0));
    assertThat(end.end()).isTrue();
  }

  @Test
  void theLeaderHearsOfANewContainerAndOfItsEndWithoutAsking() throws Exception {
    ContainerId id = run("sleep 1; exit 6").id();
    await().atMost(LONG).until(() -> states(id).contains(Optional.of(ContainerState.RUNNING)));
    await()
        .atMost(LONG)
        .until(() ->
            reports.getLast().containers().stream()
                .anyMatch(c ->
                    c.state() == ContainerState.STOPPED && c.exitCode().equals(Optional.of(6))));
    NodeReport last = reports.getLast();
    assertThat(last.node().id()).isEqualTo(node);
    assertThat(last.node().memoryTotalBytes()).isPositive();
    assertThat(last.node().capabilities().runc()).isNotEmpty();
  }

  private List<Optional<ContainerState>> states(ContainerId id) {
    return reports.stream()
        .map(r ->
            r.containers().stream()
                .filter(c -> c.id().equals(id))
                .map(ContainerStatus::state)
                .findFirst())
        .toList();
  }

  @Test
  void containersRunOnWhileTheVerticleIsReplaced() throws Exception {
    ContainerStatus before = run("while :; do sleep 1; done");
    await().atMost(LONG).until(() -> Files.exists(temp.resolve("data/contact")));
    vertx.undeploy(deployment).await(20, TimeUnit.SECONDS);
    assertThat(ProcessHandle.of(before.pid().orElseThrow())).isPresent();
    up();
    assertThat(report().containers())
        .singleElement()
        .satisfies(c -> {
          assertThat(c.pid()).isEqualTo(before.pid());
          assertThat(c.state()).isEqualTo(ContainerState.RUNNING);
        });
  }

  @Test
  void whatRunsIsFrozenUntilItIsKnownWhoseItIsWhenTheDaemonWasAwayForLong() throws Exception {
    ContainerStatus before = run("while :; do sleep 1; done");
    vertx.undeploy(deployment).await(20, TimeUnit.SECONDS);
    wasAwayForAMinute();
    up();
    assertThat(report().containers())
        .singleElement()
        .satisfies(c -> assertThat(c.state()).isEqualTo(ContainerState.PAUSED));
    // Frozen is how it stays, whoever restarts what, as long as nobody has answered.
    vertx.undeploy(deployment).await(20, TimeUnit.SECONDS);
    up();
    assertThat(report().containers().getFirst().state()).isEqualTo(ContainerState.PAUSED);
    leaderSaysEverythingIsHeres();
    await()
        .atMost(LONG)
        .until(() -> report().containers().getFirst().state() == ContainerState.RUNNING);
    assertThat(report().containers().getFirst().pid()).isEqualTo(before.pid());
    try (var marks = Files.list(temp.resolve("data/returned"))) {
      assertThat(marks).isEmpty();
    }
  }

  @Test
  void whatAPersonHasPausedStaysPausedWhateverTheLeaderSays() throws Exception {
    ContainerId id = run("while :; do sleep 1; done").id();
    command(id, new ContainerAction.Pause());
    vertx.undeploy(deployment).await(20, TimeUnit.SECONDS);
    wasAwayForAMinute();
    CountDownLatch asked = leaderSaysEverythingIsHeres();
    up();
    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    await()
        .during(Duration.ofSeconds(1))
        .until(() -> report().containers().getFirst().state() == ContainerState.PAUSED);
  }

  private void wasAwayForAMinute() throws Exception {
    Files.writeString(temp.resolve("data/contact"), Instant.now().minusSeconds(60).toString());
  }

  private CountDownLatch leaderSaysEverythingIsHeres() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    new BusServer(vertx)
        .serveBlocking(
            Addresses.STANDING,
            q -> {
              asked.countDown();
              return new Standing(new Term(1), q.claims().stream().map(Claim::container).toList());
            })
        .await(10, TimeUnit.SECONDS);
    return asked;
  }

  @Test
  void aFailureArrivesAsItIs() {
    try {
      command(ContainerId.random(), new ContainerAction.Start());
      throw new AssertionError("done");
    } catch (FailureException e) {
      assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND);
      assertThat(e.failure().message()).contains("host " + node);
    }
  }
}
