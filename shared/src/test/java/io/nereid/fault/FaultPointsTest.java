package io.nereid.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultPointsTest {
  @TempDir private Path directory;

  @Test
  void nothingHappensUnlessTheVariableIsSet() {
    assertThat(FaultPoints.from(Map.of())).isSameAs(FaultPoints.NONE);
  }

  @Test
  void aPointWithoutAFileIsPassed() {
    points().pass("nymph.Dump.begin");
    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void aHeldPointSaysSoAndGoesOnWhenTheFileIsGone() throws Exception {
    Files.writeString(directory.resolve("coordinator.DUMP"), "hold");
    Thread passing = Thread.ofVirtual().start(() -> points().pass("coordinator.DUMP"));
    await().until(() -> Files.exists(directory.resolve("coordinator.DUMP.reached")));
    assertThat(passing.isAlive()).isTrue();
    Files.delete(directory.resolve("coordinator.DUMP"));
    await().until(() -> !passing.isAlive());
  }

  @Test
  void aFailingPointFailsOnce() throws IOException {
    Files.writeString(directory.resolve("nymph.Restore.begin"), "fail");
    assertThatThrownBy(() -> points().pass("nymph.Restore.begin"))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining("nymph.Restore.begin");
    points().pass("nymph.Restore.begin");
    assertThat(directory.resolve("nymph.Restore.begin.reached")).exists();
  }

  private FaultPoints points() {
    return FaultPoints.from(Map.of("NEREID_FAULT_DIR", directory.toString()));
  }
}
