package io.nereid.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;
import io.nereid.protocol.message.CoordinatorMessages.ListRequest;
import io.nereid.protocol.message.StepMessages.StepCommand;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The maps are gone with the last member; what hosts report makes them again. */
class RebuildTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private final TestCluster cluster = new TestCluster(3);

  @BeforeEach
  void start() {
    Stream.of("a", "b", "c").forEach(cluster::start);
  }

  @AfterEach
  void stop() {
    assertThat(cluster.violation).isNull();
    cluster.close();
  }

  @Test
  void everyContainerIsFoundAgainAfterAllHostsWereDownAndCanBeMoved() {
    cluster.run("one", "a");
    cluster.run("two", "b");
    assertThat(moved("one", "c")).isEqualTo(Phase.SUCCEEDED);
    cluster.stopAll();
    Stream.of("b", "c", "a").forEach(cluster::start);
    Awaitility.await()
        .atMost(LONG)
        .until(() -> owners().equals(Map.of("one", new NodeId("c"), "two", new NodeId("b"))));
    assertThat(cluster.locate("one").status().epoch().value()).isEqualTo(2);
    assertThat(moved("one", "a")).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void aCopyThatWasFrozenWhenEverythingWentDownThawsWhereItIs() {
    Location made = cluster.run("frozen", "a");
    cluster.host("a").nymph.hold(StepCommand.Dump.class);
    MigrationId id = cluster.migrate("frozen", "b").migration().id();
    cluster.host("a").nymph.awaitBegun(StepCommand.Dump.class);
    cluster.stopAll();
    assertThat(cluster.copyAt("a", made.status().id()).orElseThrow().state())
        .isEqualTo(ContainerState.FROZEN);
    Stream.of("c", "a", "b").forEach(cluster::start);
    Awaitility.await()
        .atMost(LONG)
        .until(() ->
            cluster.copyAt("a", made.status().id()).orElseThrow().state()
                == ContainerState.RUNNING);
    assertThat(cluster.awaitEnd(id).phase()).isEqualTo(Phase.ROLLED_BACK);
    assertThat(cluster.isClean("b")).isTrue();
    assertThat(moved("frozen", "b")).isEqualTo(Phase.SUCCEEDED);
  }

  @Test
  void aNameThatWasGivenAwayMeanwhileIsKeptByTheOneThatHasItNow() {
    Location first = cluster.run("same", "a");
    cluster.stopAll();
    cluster.start("b");
    cluster.run("same", "b");
    cluster.start("a");
    String renamed = "same-" + first.status().id().value().substring(0, 6);
    Awaitility.await()
        .atMost(LONG)
        .ignoreExceptions()
        .until(() -> cluster.locate(renamed).status().id().equals(first.status().id()));
    assertThat(cluster.locate(renamed).owner()).isEqualTo(new NodeId("a"));
    assertThat(cluster.locate("same").owner()).isEqualTo(new NodeId("b"));
  }

  @Test
  void aContainerThatItsHostDoesNotReportAnyMoreIsForgottenAndARemovedOneStaysAway() {
    Location gone = cluster.run("gone", "a");
    cluster.run("removed", "a");
    cluster.ask(Addresses.COMMAND, new CommandRequest("removed", new ContainerAction.Remove(true)));
    cluster.forgetCopy("a", gone.status().id());
    Awaitility.await().atMost(LONG).until(() -> owners().isEmpty());
  }

  private Phase moved(String name, String target) {
    return cluster.awaitEnd(cluster.migrate(name, target).migration().id()).phase();
  }

  private Map<String, NodeId> owners() {
    List<Location> all = cluster.ask(Addresses.LIST, new ListRequest(true)).containers();
    return all.stream().collect(Collectors.toMap(l -> l.status().name().value(), Location::owner));
  }
}
