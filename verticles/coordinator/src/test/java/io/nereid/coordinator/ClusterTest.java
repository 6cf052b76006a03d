package io.nereid.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.bus.BusClient;
import io.nereid.coordinator.testkit.TestCluster;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Phase;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

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

  @Test
  void aContainerMovesThereAndBack() {
    BusClient bus = cluster.host("c").bus();
    Location made =
        bus.askAndWait(
            Addresses.RUN,
            new RunRequest(
                new NodeId("a"),
                "/bundles/web",
                Optional.of("mover"),
                NetworkMode.BRIDGE,
                Optional.empty(),
                true));
    assertThat(made.status().state()).isEqualTo(ContainerState.RUNNING);
    for (String target : new String[] {"b", "c", "a"}) {
      MigrationView view =
          bus.askAndWait(
              Addresses.MIGRATE,
              new MigrateRequest("mover", Optional.of(target), MigrationOptions.DEFAULT));
      while (!view.migration().phase().isFinal()) {
        view =
            bus.askAndWait(
                Addresses.MIGRATION,
                new MigrationRequest(view.migration().id(), view.version(), 2_000));
      }
      assertThat(view.migration().phase()).isEqualTo(Phase.SUCCEEDED);
      Location location = bus.askAndWait(Addresses.LOCATE, new LocateRequest("mover"));
      assertThat(location.owner()).isEqualTo(new NodeId(target));
      assertThat(location.status().state()).isEqualTo(ContainerState.RUNNING);
      assertThat(location.migration()).isEmpty();
    }
    assertThat(cluster.violation).isNull();
  }
}
