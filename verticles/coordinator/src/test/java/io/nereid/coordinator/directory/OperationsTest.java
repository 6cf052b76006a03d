package io.nereid.coordinator.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OperationsTest {
  private static final Ownership CONTAINER =
      new Ownership(
          ContainerId.random(),
          new ContainerName("c"),
          new NodeId("a"),
          Epoch.FIRST,
          Ownership.Stage.HELD,
          Optional.empty());
  private final Operations operations = new Operations(new MigrationBoard());

  @Test
  void whoComesSecondIsToldWhatIsUnderWay() {
    try (Operations.Running running = operations.begin(CONTAINER, "stop")) {
      assertThatThrownBy(() -> operations.begin(CONTAINER, "rm"))
          .isInstanceOf(FailureException.class)
          .hasMessageContaining("'stop' is under way");
      assertThatThrownBy(() -> operations.beginQuietly(CONTAINER, "periodic"))
          .hasMessageContaining("'stop' is under way");
    }
    assertThat(operations.isBusy(CONTAINER.id())).isFalse();
  }

  @Test
  void aPersonWaitsForWhatNobodyAskedForInsteadOfBeingRefused() throws Exception {
    Operations.Running quiet = operations.beginQuietly(CONTAINER, "periodic");
    CompletableFuture<Operations.Running> person =
        CompletableFuture.supplyAsync(() -> operations.begin(CONTAINER, "stop"));
    assertThat(person).isNotDone();
    quiet.close();
    try (Operations.Running running = person.get(30, TimeUnit.SECONDS)) {
      assertThatThrownBy(() -> operations.begin(CONTAINER, "rm"))
          .hasMessageContaining("'stop' is under way");
    }
  }
}
