package io.nereid.nymph.container;

import static io.nereid.nymph.container.Records.DB;
import static io.nereid.nymph.container.Records.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.fs.HostPaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerStoreTest {
  @TempDir Path directory;
  private HostPaths paths;

  @BeforeEach
  void makePaths() {
    paths = Records.paths(directory);
  }

  @Test
  void aReopenedStoreHasEveryFieldOfEveryRecord() {
    ContainerRecord record =
        Records.creating(WEB)
            .withStage(ContainerRecord.Stage.READY)
            .withContent("sha256:x", List.of("redis", "--a b"), true, Map.of("k", "v"))
            .withStart(Instant.ofEpochSecond(5, 123_456_789))
            .withExit(Optional.of(137), Instant.ofEpochSecond(9))
            .withMoves(1)
            .withHold(
                Optional.of(
                    new MigrationHold(
                        MigrationId.random(), MigrationHold.Role.SOURCE, new NodeId("b"))));
    ContainerStore.open(paths).save(record);
    assertThat(ContainerStore.open(paths).all()).containsExactly(record);
  }

  @Test
  void aRecordWithoutHoldSaysSo() {
    MigrationHold hold =
        new MigrationHold(MigrationId.random(), MigrationHold.Role.TARGET, new NodeId("b"));
    ContainerStore store = ContainerStore.open(paths);
    store.save(Records.creating(WEB).withHold(Optional.of(hold)));
    store.update(WEB, r -> r.withHold(Optional.empty()));
    assertThat(ContainerStore.open(paths).get(WEB).hold()).isEmpty();
  }

  @Test
  void aStartClearsTheLastExit() {
    ContainerRecord record =
        Records.creating(WEB).withExit(Optional.of(1), Instant.EPOCH).withStart(Instant.EPOCH);
    assertThat(record.exitCode()).isEmpty();
    assertThat(record.finished()).isEmpty();
  }

  @Test
  void aRestartedStoreIgnoresHalfWrittenFiles() throws IOException {
    ContainerRecord record = ContainerStore.open(paths).save(Records.creating(WEB));
    Files.writeString(paths.container(WEB).base().resolve(".record.json.new"), "{\"form");
    assertThat(ContainerStore.open(paths).all()).containsExactly(record);
  }

  @Test
  void aDirectoryWithoutReadableRecordIsReportedAndLeftAlone() throws IOException {
    Files.createDirectories(paths.container(DB).base());
    Files.writeString(paths.container(DB).record(), "{}");
    Files.createDirectories(paths.containers().resolve("..stranger"));
    ContainerStore.open(paths).save(Records.creating(WEB));
    Files.createDirectories(paths.containers().resolve("2".repeat(32)));
    Files.copy(
        paths.container(WEB).record(),
        paths.containers().resolve("2".repeat(32)).resolve("record.json"));
    ContainerStore store = ContainerStore.open(paths);
    assertThat(store.all()).hasSize(1);
    assertThat(store.unreadable()).hasSize(3);
    assertThat(paths.container(DB).record()).exists();
  }

  @Test
  void anUnknownContainerIsNamed() {
    assertThatThrownBy(() -> ContainerStore.open(paths).get(WEB))
        .isInstanceOf(FailureException.class)
        .hasMessageContaining(WEB.value())
        .hasMessageContaining("host a");
  }
}
