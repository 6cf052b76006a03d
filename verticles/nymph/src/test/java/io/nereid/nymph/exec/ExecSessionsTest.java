package io.nereid.nymph.exec;

import static io.nereid.nymph.testing.TestHost.FENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.ExecId;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.Term;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.nymph.testing.TestHost;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NymphMessages.ExecIo;
import io.nereid.protocol.message.NymphMessages.ExecIoRequest;
import io.nereid.protocol.message.NymphMessages.ExecRequest;
import io.nereid.testkit.RequiresRuntime;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRuntime
class ExecSessionsTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final byte[] NOTHING = new byte[0];
  @TempDir Path temp;
  private TestHost host;
  private ExecSessions sessions;
  private ContainerId container;

  private record Ended(String out, String err, int code) {}

  @BeforeEach
  void runContainer() throws IOException {
    host = new TestHost(temp);
    sessions = sessions(Duration.ofSeconds(60), 5_000);
    container =
        host.run(BusyboxBundle.make(temp.resolve("bundle"), "while :; do sleep 1; done", c -> {}))
            .id();
  }

  private ExecSessions sessions(Duration idleMax, long sweepMs) {
    return new ExecSessions(
        new ExecSessions.Parts(
            host.core.store(),
            host.core.executor(),
            host.core.view(),
            host.core.epochs(),
            host.core.runc(),
            host.core.basics().runner(),
            host.paths(),
            host.core.basics().watch()),
        idleMax,
        sweepMs);
  }

  @AfterEach
  void closeHost() throws IOException {
    sessions.close();
    assertThat(host.paths().execs())
        .satisfiesAnyOf(p -> assertThat(p).doesNotExist(), p -> assertThat(p).isEmptyDirectory());
    host.close();
  }

  private ExecRequest request(boolean terminal, boolean stdin, String... command) {
    return new ExecRequest(
        FENCE,
        container,
        List.of(command),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        terminal,
        stdin,
        0,
        0);
  }

  private ExecIo exchange(ExecId id, String input, boolean close) {
    return sessions.exchange(
        new ExecIoRequest(id, input.getBytes(StandardCharsets.UTF_8), close, 0, 0, 1_000));
  }

  private Ended finish(ExecId id) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int[] code = {-1};
    await()
        .atMost(LONG)
        .until(() -> {
          ExecIo io = sessions.exchange(new ExecIoRequest(id, NOTHING, false, 0, 0, 500));
          out.writeBytes(io.stdout());
          err.writeBytes(io.stderr());
          io.exitCode().ifPresent(c -> code[0] = c);
          return io.exitCode().isPresent();
        });
    return new Ended(
        out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), code[0]);
  }

  private Ended run(String... command) {
    return finish(sessions.start(request(false, false, command)).exec());
  }

  @Test
  void bothStreamsAndTheExitCodeComeBack() {
    Ended ended = run("sh", "-c", "echo out; echo err >&2; exit 42");
    assertThat(ended).isEqualTo(new Ended("out\n", "err\n", 42));
  }

  @Test
  void itRunsInsideTheContainer() {
    assertThat(run("cat", "/etc/marker").out()).isEqualTo("from the layer\n");
  }

  @Test
  void environmentDirectoryAndUserAreTakenOver() {
    ExecRequest request =
        new ExecRequest(
            FENCE,
            container,
            List.of("sh", "-c", "echo $GREETING; pwd; id -u; id -g"),
            List.of("GREETING=hello world"),
            Optional.of("/tmp"),
            Optional.of("12:34"),
            false,
            false,
            0,
            0);
    assertThat(finish(sessions.start(request).exec()).out())
        .isEqualTo("hello world\n/tmp\n12\n34\n");
  }

  @Test
  void inputArrivesAndItsEndIsSeen() {
    ExecId id = sessions.start(request(false, true, "cat")).exec();
    exchange(id, "one\n", false);
    exchange(id, "two\n", true);
    Ended ended = finish(id);
    assertThat(ended.code()).isZero();
    // What came with the first exchanges was taken by them.
    assertThat("one\ntwo\n").endsWith(ended.out());
  }

  @Test
  void aCommandThatDoesNotExistSaysSo() {
    Ended ended = run("/no/such/thing");
    assertThat(ended.code()).isNotZero();
    assertThat(ended.err()).contains("/no/such/thing");
  }

  @Test
  void outputIsNotReadWhenNobodyAsksAndNothingIsLost() {
    ExecId id =
        sessions
            .start(
                request(false, false, "sh", "-c", "dd if=/dev/zero bs=65536 count=40; touch /done"))
            .exec();
    Path done = host.paths().container(container).upper().resolve("done");
    await().during(Duration.ofMillis(1_500)).atMost(LONG).until(() -> !Files.exists(done));
    Ended ended = finish(id);
    assertThat(ended.out()).hasSize(40 * 65536);
    assertThat(done).exists();
  }

  @Test
  void whatIsLeftInThePipeWhenTheCommandEndsIsGivenToASlowCaller() {
    ExecId id =
        sessions.start(request(false, false, "dd", "if=/dev/zero", "bs=4096", "count=76")).exec();
    await().during(Duration.ofMillis(1_500)).atMost(LONG).until(() -> true);
    assertThat(finish(id).out()).hasSize(76 * 4096);
  }

  @Test
  void aTerminalHasItsSizeEchoesAndCanBeResized() {
    ExecRequest request =
        new ExecRequest(
            FENCE,
            container,
            List.of("sh"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            true,
            true,
            100,
            30);
    ExecId id = sessions.start(request).exec();
    StringBuilder seen = new StringBuilder();
    type(id, "stty size\n", "30 100", seen);
    sessions.exchange(new ExecIoRequest(id, NOTHING, false, 120, 40, 0));
    type(id, "stty size\n", "40 120", seen);
    assertThat(seen).contains("stty size");
    type(id, "exit 9\n", "exit", seen);
    assertThat(finish(id).code()).isEqualTo(9);
  }

  private void type(ExecId id, String text, String expected, StringBuilder seen) {
    await()
        .atMost(LONG)
        .until(() -> {
          seen.append(new String(exchange(id, text, false).stdout(), StandardCharsets.UTF_8));
          return seen.indexOf(expected) >= 0;
        });
  }

  @Test
  void controlCInATerminalInterruptsTheCommand() {
    ExecId id = sessions.start(request(true, true, "sh", "-c", "echo go; sleep 60")).exec();
    StringBuilder seen = new StringBuilder();
    await()
        .atMost(LONG)
        .until(() -> {
          seen.append(new String(exchange(id, "", false).stdout(), StandardCharsets.UTF_8));
          return seen.indexOf("go") >= 0;
        });
    exchange(id, "\u0003", false);
    assertThat(finish(id).code()).isEqualTo(130);
  }

  @Test
  void killingEndsTheCommandInsideTheContainer() {
    ExecId id = sessions.start(request(false, false, "sleep", "4711")).exec();
    String cgroup = host.paths().cgroup(container);
    int before = host.core.cgroups().processes(cgroup).size();
    sessions.kill(id);
    await().atMost(LONG).until(() -> host.core.cgroups().processes(cgroup).size() < before);
    assertThatThrownBy(() -> exchange(id, "", false))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.NOT_FOUND));
    assertThat(sessions.count(container)).isZero();
  }

  @Test
  void aSessionAboutWhichNobodyAsksIsEnded() {
    try (ExecSessions impatient = sessions(Duration.ofMillis(300), 50)) {
      ExecId id = impatient.start(request(false, false, "sleep", "4712")).exec();
      await().atMost(LONG).until(() -> impatient.count(container) == 0);
      assertThatThrownBy(() -> impatient.exchange(new ExecIoRequest(id, NOTHING, false, 0, 0, 0)))
          .hasMessageContaining(id.value());
    }
  }

  @Test
  void inputThatNobodyReadsIsBounded() {
    ExecId id = sessions.start(request(false, true, "sleep", "60")).exec();
    byte[] chunk = new byte[256 * 1024];
    for (int i = 0; i < 4; i++) {
      sessions.exchange(new ExecIoRequest(id, chunk, false, 0, 0, 0));
    }
    long began = System.nanoTime();
    sessions.exchange(new ExecIoRequest(id, chunk, false, 0, 0, 0));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofSeconds(2));
    assertThatThrownBy(
            () -> sessions.exchange(new ExecIoRequest(id, new byte[300_000], false, 0, 0, 0)))
        .hasMessageContaining("300000 bytes");
  }

  @Test
  void badRequestsAreRefusedBeforeAnythingStarts() {
    assertThatThrownBy(() -> sessions.start(request(false, false)))
        .hasMessageContaining("no command");
    ExecRequest badUser =
        new ExecRequest(
            FENCE,
            container,
            List.of("id"),
            List.of("NOVALUE"),
            Optional.empty(),
            Optional.of("root; rm"),
            false,
            false,
            0,
            0);
    assertThatThrownBy(() -> sessions.start(badUser)).hasMessageContaining("'NOVALUE'");
    ExecRequest old =
        new ExecRequest(
            new Fence(new Term(0), Epoch.FIRST),
            container,
            List.of("id"),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            false,
            false,
            0,
            0);
    host.core.epochs().raise(new Fence(new Term(7), new Epoch(2)), container);
    assertThatThrownBy(() -> sessions.start(old))
        .isInstanceOfSatisfying(
            FailureException.class,
            e -> assertThat(e.failure().code()).isEqualTo(FailureCode.STALE_EPOCH));
    assertThat(sessions.count(container)).isZero();
  }

  @Test
  void aPausedContainerTakesNoCommand() {
    host.command(container, new ContainerAction.Pause());
    assertThatThrownBy(() -> sessions.start(request(false, false, "id")))
        .hasMessageContaining("PAUSED");
  }
}
