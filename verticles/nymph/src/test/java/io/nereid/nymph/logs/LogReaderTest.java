package io.nereid.nymph.logs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.MigrationHold;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.nymph.testing.TestHost;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NymphMessages.LogChunk;
import io.nereid.protocol.message.NymphMessages.LogLine;
import io.nereid.protocol.message.NymphMessages.LogsRequest;
import io.nereid.protocol.message.NymphMessages.Stream;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRuntime
class LogReaderTest {
  @TempDir Path temp;
  private TestHost host;
  private LogReader reader;

  @BeforeEach
  void openHost() {
    host = new TestHost(temp);
    reader =
        new LogReader(
            host.core.store(), host.core.view(), host.paths(), host.core.basics().watch());
  }

  @AfterEach
  void closeHost() throws IOException {
    host.close();
  }

  private ContainerId run(String script) throws IOException {
    return host.run(BusyboxBundle.make(temp.resolve("bundle"), script, c -> {})).id();
  }

  private LogChunk read(ContainerId id, long cursor, int tail, long since, long waitMs) {
    return reader.read(new LogsRequest(id, cursor, tail, since, 100_000, waitMs));
  }

  private List<LogLine> follow(ContainerId id) {
    List<LogLine> lines = new ArrayList<>();
    long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    long cursor = 0;
    while (System.nanoTime() < end) {
      LogChunk chunk = read(id, cursor, -1, 0, 2_000);
      lines.addAll(chunk.lines());
      cursor = chunk.nextCursor();
      if (chunk.end()) {
        return lines;
      }
      host.core.service().reapIfEnded(id);
    }
    throw new AssertionError("no end: " + lines);
  }

  @Test
  void followingGivesEveryLineOnceAndEndsWithTheContainer() throws IOException {
    ContainerId id = run("for i in 1 2 3 4 5; do echo $i; sleep 0.2; done; echo oops >&2; exit 1");
    List<LogLine> lines = follow(id);
    assertThat(lines.stream().map(LogLine::text)).containsExactly("1", "2", "3", "4", "5", "oops");
    assertThat(lines.getLast().stream()).isEqualTo(Stream.STDERR);
    assertThat(Instant.parse(lines.getFirst().time()))
        .isBetween(Instant.now().minusSeconds(60), Instant.now());
  }

  @Test
  void waitingEndsAsSoonAsThereIsALine() throws IOException {
    ContainerId id = run("sleep 1; echo late; sleep 60");
    long began = System.nanoTime();
    LogChunk chunk = read(id, 0, -1, 0, 2_000);
    assertThat(chunk.lines()).hasSize(1);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofMillis(1_900));
    assertThat(chunk.end()).isFalse();
  }

  @Test
  void withoutWaitingNothingIsAnswerEnough() throws IOException {
    ContainerId id = run("sleep 60");
    assertThat(read(id, 0, -1, 0, 0)).isEqualTo(new LogChunk(List.of(), 0, false));
    ContainerId created = host.create(temp.resolve("bundle"), NetworkMode.NONE, false).id();
    assertThat(read(created, 0, -1, 0, 0).end()).isFalse();
  }

  @Test
  void theLastLinesAndThoseSinceAMomentAreGiven() throws IOException {
    ContainerId id = run("for i in $(seq 200); do echo $i; done; sleep 1; echo after; sleep 60");
    List<LogLine> lines = new ArrayList<>();
    long cursor = 0;
    while (lines.stream().noneMatch(l -> l.text().equals("after"))) {
      LogChunk chunk = read(id, cursor, -1, 0, 2_000);
      lines.addAll(chunk.lines());
      cursor = chunk.nextCursor();
    }
    assertThat(read(id, 0, 2, 0, 0).lines().stream().map(LogLine::text))
        .containsExactly("200", "after");
    long since = Instant.parse(lines.getLast().time()).toEpochMilli();
    assertThat(read(id, 0, -1, since, 0).lines().stream().map(LogLine::text))
        .containsExactly("after");
    assertThat(read(id, 0, -1, since + 60_000, 0).lines()).isEmpty();
  }

  @Test
  void aContainerThatIsStillArrivingKeepsTheReadersPosition() throws IOException {
    ContainerId id = run("sleep 60");
    host.core
        .store()
        .update(
            id,
            r ->
                r.withStage(ContainerRecord.Stage.ARRIVING)
                    .withHold(
                        Optional.of(
                            new MigrationHold(
                                MigrationId.random(),
                                MigrationHold.Role.TARGET,
                                new NodeId("b")))));
    assertThat(read(id, 4711, -1, 0, 0)).isEqualTo(new LogChunk(List.of(), 4711, false));
  }

  @Test
  void anEndedContainersLogStaysUntilItIsRemoved() throws IOException {
    ContainerId id = run("echo only");
    assertThat(follow(id)).hasSize(1);
    assertThat(host.core.view().of(id).state()).isEqualTo(ContainerState.STOPPED);
    assertThat(read(id, 0, -1, 0, 0).lines()).hasSize(1);
    host.command(id, new ContainerAction.Remove(false));
    assertThatThrownBy(() -> read(id, 0, -1, 0, 0))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
  }

  @Test
  void impossibleRequestsAreRefused() throws IOException {
    ContainerId id = run("sleep 60");
    assertThatThrownBy(() -> read(id, -1, -1, 0, 0)).hasMessageContaining("-1");
    assertThatThrownBy(() -> read(id, 0, 1_000_000, 0, 0)).hasMessageContaining("1000000");
  }
}
