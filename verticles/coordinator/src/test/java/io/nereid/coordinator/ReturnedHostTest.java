package io.nereid.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.multimap.MultiMap;
import io.nereid.bus.BusClient;
import io.nereid.coordinator.testkit.Examples;
import io.nereid.coordinator.testkit.OtherProcess;
import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.Certainty;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.node.NodeView;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages;
import io.nereid.protocol.message.NymphMessages;
import io.nereid.protocol.message.StepMessages;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A host is killed and comes back under its name. The event bus does not always forget the dead
 * process; here it is made never to forget it, and nobody may notice.
 */
class ReturnedHostTest {
  private static final int TIMES = 20;
  private static final long PROMPT_MS = 2_000;
  private static final NodeId RETURNING = new NodeId("b");

  private record Question<Q>(Address<Q, ?> address, Q request) {}

  private final TestCluster cluster = new TestCluster(3);
  private OtherProcess other;

  @AfterEach
  void stop() {
    if (other != null) {
      other.close();
    }
    cluster.close();
  }

  @Test
  void everyRequestIsAnsweredAtOnceWhenALeaderWasKilledAndHasComeBack() {
    other = OtherProcess.start(cluster.loopback, "b", 1);
    cluster.start("a", 0);
    cluster.start("c", 2);
    assertThat(leader()).isEqualTo(RETURNING);
    killAndReturn();
    assertThat(leader()).isEqualTo(new NodeId("a"));
    askEverything();
  }

  @Test
  void everyRequestIsAnsweredAtOnceWhenAFollowerWasKilledTwiceAndHasComeBack() {
    cluster.start("a", 0);
    other = OtherProcess.start(cluster.loopback, "b", 1);
    cluster.start("c", 2);
    assertThat(leader()).isEqualTo(new NodeId("a"));
    killAndReturn();
    killAndReturn();
    askEverything();
  }

  /** Afterwards everything that the dead process had registered is registered again. */
  private void killAndReturn() {
    List.of("a", "c").forEach(from -> questions().forEach(q -> ask(from, q)));
    Set<Map.Entry<Object, Object>> before = registrations();
    other.kill();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> !present("a") && !present("c") && registrations().size() < before.size());
    Set<Map.Entry<Object, Object>> survivors = registrations();
    other = OtherProcess.start(cluster.loopback, "b", 1);
    MultiMap<Object, Object> map = cluster.host("a").hazelcast.getMultiMap("__vertx.subs");
    before.stream()
        .filter(e -> !survivors.contains(e))
        .forEach(e -> map.put(e.getKey(), e.getValue()));
    assertThat(registrations()).containsAll(before);
  }

  private void askEverything() {
    for (String from : List.of("a", "c")) {
      Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> present(from));
      for (Question<?> question : questions()) {
        for (int i = 0; i < TIMES; i++) {
          long since = System.nanoTime();
          ask(from, question);
          assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since))
              .as("request %d at %s", i, question.address().name())
              .isLessThan(PROMPT_MS);
        }
      }
    }
  }

  /** An answer may be a refusal, as long as it is one of whoever was asked. */
  private <Q> void ask(String from, Question<Q> question) {
    try {
      bus(from).askAndWait(question.address().within(2 * PROMPT_MS), question.request());
    } catch (FailureException e) {
      assertThat(e.failure().certainty())
          .as("%s: %s", question.address().name(), e.failure())
          .isNotEqualTo(Certainty.UNKNOWN);
      assertThat(e.failure().code())
          .isNotIn(FailureCode.NO_LEADER, FailureCode.PROTOCOL, FailureCode.INTERNAL);
    }
  }

  private List<Question<?>> questions() {
    Fence fence = new Fence(new Term(1), Epoch.FIRST);
    return List.of(
        new Question<>(Addresses.LIST, new CoordinatorMessages.ListRequest(true)),
        new Question<>(Addresses.NODES, new CoordinatorMessages.NodesRequest()),
        new Question<>(Addresses.LOCATE, new CoordinatorMessages.LocateRequest("nobody")),
        new Question<>(Addresses.MIGRATIONS, new CoordinatorMessages.MigrationsRequest(9)),
        new Question<>(
            Addresses.MIGRATION,
            new CoordinatorMessages.MigrationRequest(Examples.MIGRATION, -1, 0)),
        new Question<>(Addresses.CANCEL, new CoordinatorMessages.CancelRequest(Examples.MIGRATION)),
        new Question<>(
            Addresses.MIGRATE,
            new CoordinatorMessages.MigrateRequest(
                "nobody", Optional.empty(), MigrationOptions.DEFAULT)),
        new Question<>(
            Addresses.COMMAND,
            new CoordinatorMessages.CommandRequest("nobody", new ContainerAction.Pause())),
        new Question<>(
            Addresses.RUN,
            new CoordinatorMessages.RunRequest(
                new NodeId("nowhere"),
                "/bundles/x",
                Optional.empty(),
                NetworkMode.NONE,
                Optional.empty(),
                true)),
        new Question<>(Addresses.REPORT, cluster.host("a").nymph.report()),
        new Question<>(Addresses.NYMPH_REPORT.at(RETURNING), new NymphMessages.ReportRequest()),
        new Question<>(
            Addresses.NYMPH_COMMAND.at(RETURNING),
            new NymphMessages.CommandRequest(fence, Examples.ID, new ContainerAction.Pause())),
        new Question<>(
            Addresses.STEP.at(RETURNING),
            new StepMessages.StepRequest(
                Examples.MIGRATION,
                Examples.ID,
                fence,
                new StepMessages.StepCommand.Describe(),
                0)));
  }

  private Set<Map.Entry<Object, Object>> registrations() {
    MultiMap<Object, Object> map = cluster.host("a").hazelcast.getMultiMap("__vertx.subs");
    return map.entrySet().stream()
        .filter(e -> !e.getKey().toString().startsWith("__vertx"))
        .map(e -> Map.entry(e.getKey(), e.getValue()))
        .collect(Collectors.toSet());
  }

  private boolean present(String from) {
    return nodes(from).stream().anyMatch(n -> n.node().id().equals(RETURNING) && n.present());
  }

  private NodeId leader() {
    return nodes("c").stream().filter(n -> n.leader()).findFirst().orElseThrow().node().id();
  }

  private List<NodeView> nodes(String from) {
    List<List<NodeView>> found = new ArrayList<>();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() ->
            found.add(
                bus(from)
                    .askAndWait(
                        Addresses.NODES.within(1_000), new CoordinatorMessages.NodesRequest())
                    .nodes()));
    return found.getFirst();
  }

  private BusClient bus(String host) {
    return cluster.host(host).bus();
  }
}
