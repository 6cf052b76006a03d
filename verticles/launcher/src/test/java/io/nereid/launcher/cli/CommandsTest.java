package io.nereid.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.container.ContainerState;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ExecId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Mode;
import io.nereid.domain.migration.NoConverge;
import io.nereid.domain.migration.Phase;
import io.nereid.gateway.testkit.Examples;
import io.nereid.gateway.testkit.FakeCluster;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.CoordinatorMessages.CommandRequest;
import io.nereid.protocol.message.CoordinatorMessages.ContainerList;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationList;
import io.nereid.protocol.message.CoordinatorMessages.NodeList;
import io.nereid.protocol.message.CoordinatorMessages.RunRequest;
import io.nereid.protocol.message.NymphMessages;
import io.nereid.protocol.message.NymphMessages.LogChunk;
import io.nereid.protocol.message.NymphMessages.LogLine;
import io.nereid.protocol.message.NymphMessages.LogsRequest;
import io.nereid.protocol.message.NymphMessages.Stream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every command through a real gateway to answers that are made up. */
class CommandsTest {
  @TempDir static Path dir;
  private static FakeCluster cluster;
  private static Cli cli;
  private final List<Runnable> answers = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void start() {
    cluster = new FakeCluster(dir).start();
    cli = new Cli(cluster.socket());
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @AfterEach
  void forget() {
    answers.forEach(Runnable::run);
  }

  private <Q, R> void answer(
      io.nereid.protocol.address.Address<Q, R> address, java.util.function.Function<Q, R> answer) {
    answers.add(cluster.answer(address, answer));
  }

  @Test
  void psShowsATable() {
    answer(
        Addresses.LIST,
        q ->
            new ContainerList(
                List.of(Examples.at(Examples.A), Examples.at(Examples.B, ContainerState.STOPPED))));
    Cli.Result result = cli.run("ps", "-a");
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .isEqualTo(
            """
            NAME     ID            STATE        HOST  ADDRESS       UP  MOVES  SAFE AS OF  COMMAND
            counter  0123456789ab  running      a     10.77.0.5/16  5m  2      -           sh /count.sh
            counter  0123456789ab  stopped (3)  b     10.77.0.5/16  -   2      -           sh /count.sh
            """);
    assertThat(result.code()).isZero();
  }

  @Test
  void psGivesJsonToPrograms() {
    answer(Addresses.LIST, q -> new ContainerList(List.of(Examples.at(Examples.A))));
    Cli.Result result = cli.run("ps", "-o", "json");
    assertThat(result.out())
        .startsWith("{\n  \"containers\" : [\n    {\n      \"migration\" : null,")
        .contains("\"name\" : \"counter\"")
        .endsWith("\n}\n");
  }

  @Test
  void nodesShowsATableAndWhatIsWrong() {
    answer(
        Addresses.NODES,
        q ->
            new NodeList(
                List.of(
                    Examples.node(Examples.A, true, true),
                    Examples.node(Examples.B, false, false))));
    assertThat(cli.run("nodes").out())
        .isEqualTo(
            """
            HOST  ADDRESS   STATE       CONTAINERS  CPUS  LOAD  MEMORY FREE         DISK FREE  RUNC   CRIU  UP  VERSION  LABELS
            a     10.0.0.1  up, leader  1           2     0.50  6.0 GiB of 8.0 GiB  100 GiB    1.1.5  4.2   2h  0.1.0    -
            b     10.0.0.1  away        1           2     0.50  6.0 GiB of 8.0 GiB  100 GiB    1.1.5  4.2   2h  0.1.0    -
            b: no answer
            """);
  }

  @Test
  void runTellsWhereTheBundleIsAndWhatIsWanted() {
    AtomicReference<RunRequest> asked = new AtomicReference<>();
    answer(
        Addresses.RUN,
        q -> {
          asked.set(q);
          return Examples.at(Examples.A);
        });
    Cli.Result result =
        cli.run("run", "--name", "counter", "--ip", "10.77.0.5", "--on", "b", "../bundles/c");
    assertThat(result.out()).isEqualTo("counter 0123456789ab running on a at 10.77.0.5/16\n");
    assertThat(asked.get().bundle()).isEqualTo("/home/bundles/c");
    assertThat(asked.get().name()).contains("counter");
    assertThat(asked.get().address()).contains("10.77.0.5");
    assertThat(asked.get().node()).isEqualTo(Examples.B);
    assertThat(asked.get().start()).isTrue();
    cli.run("run", "--no-start", "/b");
    assertThat(asked.get().start()).isFalse();
    assertThat(asked.get().node()).isEqualTo(Examples.A);
  }

  @Test
  void actionsAreDoneToEachAndTheFirstFailureDecides() {
    List<CommandRequest> asked = new CopyOnWriteArrayList<>();
    answer(
        Addresses.COMMAND,
        q -> {
          asked.add(q);
          if (q.ref().equals("ghost")) {
            throw new FailureException(
                Failure.refused(FailureCode.NOT_FOUND, "no container 'ghost'", "look at ps")
                    .withEvidence(List.of("a line")));
          }
          return Examples.at(Examples.A);
        });
    Cli.Result result = cli.run("stop", "-t", "5s", "-s", "INT", "ghost", "counter");
    assertThat(result.out()).isEqualTo("counter stopped\n");
    assertThat(result.err()).isEqualTo("nereid: no container 'ghost'\n  a line\n  look at ps\n");
    assertThat(result.code()).isEqualTo(3);
    assertThat(asked.get(1).action()).isEqualTo(new ContainerAction.Stop("INT", 5_000));
    assertThat(cli.run("start", "c").out()).isEqualTo("counter started\n");
    assertThat(cli.run("kill", "-s", "hup", "c").out()).isEqualTo("counter got the signal hup\n");
    assertThat(cli.run("pause", "c").out()).isEqualTo("counter paused\n");
    assertThat(cli.run("unpause", "c").out()).isEqualTo("counter goes on\n");
    assertThat(cli.run("rm", "-f", "c").out()).isEqualTo("counter removed\n");
    assertThat(asked.getLast().action()).isEqualTo(new ContainerAction.Remove(true));
  }

  @Test
  void failuresAreJsonForPrograms() {
    Cli.Result result = cli.run("inspect", "-o", "json", "a/b");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err())
        .contains("\"code\" : \"BAD_REQUEST\"")
        .contains("\"exitCode\" : 2")
        .contains("no container can be called 'a/b'");
  }

  @Test
  void inspectShowsWhatIsKnown() {
    answer(Addresses.LOCATE, q -> Examples.at(Examples.A));
    answer(
        Addresses.INSPECT.at(Examples.A),
        q ->
            new NymphMessages.Inspection(
                Examples.at(Examples.A).status(),
                "/b",
                "sha256:1",
                "/r",
                "/u",
                "/c",
                "/l",
                5L << 20,
                2048,
                Map.of("memory", "64 MiB"),
                List.of("/proc", "/dev"),
                Map.of("k", "v")));
    assertThat(cli.run("inspect", "counter").out())
        .isEqualTo(
            """
            name        counter
            id          0123456789abcdef0123456789abcdef
            state       running
            host        a
            epoch       3
            command     sh /count.sh
            pid         4242
            network     bridge
            address     10.77.0.5/16
            mac         02:4e:0a:4d:00:05
            created     2026-01-31T11:50:00Z (10m ago)
            started     2026-01-31T11:55:00Z (5m ago)
            moves       2
            bundle      /b
            layer       sha256:1
            rootfs      /r
            upper       /u (2.0 KiB)
            memory      5.0 MiB
            cgroup      /c
            log         /l
            limits      memory=64 MiB
            mounts      /proc, /dev
            annotations k=v
            """);
  }

  @Test
  void logsKeepTheTwoStreamsApart() {
    List<LogsRequest> asked = new CopyOnWriteArrayList<>();
    answer(Addresses.LOCATE, q -> Examples.at(Examples.A));
    answer(
        Addresses.LOGS.at(Examples.A),
        q -> {
          asked.add(q);
          return asked.size() % 2 == 0
              ? new LogChunk(List.of(), 9, true)
              : new LogChunk(
                  List.of(
                      new LogLine("T1", Stream.STDOUT, "par", true),
                      new LogLine("T1", Stream.STDOUT, "tial", false),
                      new LogLine("T2", Stream.STDERR, "oops", false)),
                  9,
                  false);
        });
    Cli.Result result = cli.run("logs", "--tail", "3", "--since", "10m", "counter");
    assertThat(result.out()).isEqualTo("partial\n");
    assertThat(result.err()).isEqualTo("oops\n");
    assertThat(asked.getFirst().tail()).isEqualTo(3);
    assertThat(asked.getFirst().sinceEpochMs()).isEqualTo(Cli.NOW.minusSeconds(600).toEpochMilli());
    Cli.Result stamped = cli.run("logs", "-t", "--since", "2026-01-31T00:00:00Z", "counter");
    assertThat(stamped.out()).isEqualTo("T1 partial\n");
    assertThat(stamped.err()).isEqualTo("T2 oops\n");
    assertThat(cli.run("logs", "--since", "yesterday", "counter").err())
        .contains("--since 'yesterday' is no time");
  }

  @Test
  void execPassesInputOutputAndTheExitCodeOn() {
    ExecId exec = new ExecId("x-0123456789abcdef");
    AtomicReference<NymphMessages.ExecRequest> asked = new AtomicReference<>();
    answer(Addresses.LOCATE, q -> Examples.at(Examples.B));
    answer(
        Addresses.EXEC.at(Examples.B),
        q -> {
          asked.set(q);
          return new NymphMessages.ExecStarted(exec);
        });
    answer(
        Addresses.EXEC_IO.at(Examples.B),
        q ->
            new NymphMessages.ExecIo(
                q.input(),
                q.closeInput() ? "bye".getBytes(StandardCharsets.UTF_8) : new byte[0],
                q.closeInput() ? Optional.of(42) : Optional.empty()));
    Cli.Result result =
        cli.withInput("hello\n")
            .run(
                "exec", "-i", "-e", "A=b", "-w", "/tmp", "-u", "5:6", "counter", "ls", "-la", "-o");
    assertThat(result.err()).isEqualTo("bye");
    assertThat(result.out()).isEqualTo("hello\n");
    assertThat(result.code()).isEqualTo(42);
    assertThat(asked.get().command()).containsExactly("ls", "-la", "-o");
    assertThat(asked.get().env()).containsExactly("A=b");
    assertThat(asked.get().cwd()).contains("/tmp");
    assertThat(asked.get().user()).contains("5:6");
    assertThat(asked.get().stdin()).isTrue();
    assertThat(asked.get().terminal()).isFalse();
  }

  @Test
  void execRefusesATerminalWhereThereIsNone() {
    Cli.Result result = cli.run("exec", "-t", "counter", "sh");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("-t needs a terminal");
  }

  @Test
  void migrateTellsInAPipeWhatHappensLineByLine() {
    AtomicReference<MigrateRequest> asked = new AtomicReference<>();
    answer(
        Addresses.MIGRATE,
        q -> {
          asked.set(q);
          return Examples.view(1, Phase.PREFLIGHT);
        });
    phases(Phase.AHEAD, Phase.FREEZE, Phase.SUCCEEDED);
    Cli.Result result = cli.run("migrate", "--bandwidth", "100m", "--no-ahead", "counter", "b");
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .isEqualTo(
            """
            counter a -> b  preflight  25 % of 19.1 MiB, 1.9 MiB sent, 9.5 MiB/s, 1.50 s left
            counter a -> b  ahead  25 % of 19.1 MiB, 1.9 MiB sent, 9.5 MiB/s, 1.50 s left
            counter a -> b  freeze  25 % of 19.1 MiB, 1.9 MiB sent, 9.5 MiB/s, 1.50 s left
            counter a -> b  succeeded
            counter moved from a to b in 1.43 s, frozen for 231 ms
              sent 2.9 MiB of 23.8 MiB (88.0 % saved)
              preflight 12 ms, prepare 80 ms
            """);
    assertThat(result.code()).isZero();
    assertThat(asked.get().target()).contains("b");
    assertThat(asked.get().options().ahead()).isFalse();
    assertThat(asked.get().options().bandwidthBytesPerSecond()).isEqualTo(100L << 20);
  }

  @Test
  void migrateCarriesHowLongAPauseMayBe() {
    AtomicReference<MigrateRequest> asked = new AtomicReference<>();
    answer(
        Addresses.MIGRATE,
        q -> {
          asked.set(q);
          return Examples.view(1, Phase.PREFLIGHT);
        });
    String line = "migrate -d --mode pre-copy --max-downtime 1s500ms --on-no-converge throttle";
    String[] words = (line + " --bandwidth 1gbit counter").split(" ");
    assertThat(cli.run(words).err()).isEmpty();
    assertThat(asked.get().options())
        .isEqualTo(
            new MigrationOptions(Mode.PRE_COPY, 1_500, NoConverge.THROTTLE, 125_000_000, false));
  }

  @Test
  void migrateDrawsABarInATerminal() {
    answer(Addresses.MIGRATE, q -> Examples.view(1, Phase.AHEAD));
    phases(Phase.SUCCEEDED);
    String out = cli.inTerminal().run("migrate", "counter").out();
    assertThat(out)
        .startsWith(
            "\r\u001b[Kcounter a -> b  ahead     [######------------------] 25 % of 19.1 MiB,")
        .contains("\r\u001b[Kcounter moved from a to b");
  }

  @Test
  void migrateCanBeLeftAlone() {
    answer(Addresses.MIGRATE, q -> Examples.view(1, Phase.PREFLIGHT));
    assertThat(cli.run("migrate", "--detach", "counter").out()).isEqualTo("m-0123456789ab\n");
  }

  @Test
  void aMigrationThatWentBackSaysWhyAndWhereTheContainerRuns() {
    answer(Addresses.MIGRATE, q -> Examples.view(1, Phase.PREFLIGHT));
    answer(
        Addresses.MIGRATION,
        q ->
            Failing.view(
                Phase.ROLLED_BACK,
                Failure.of(FailureCode.NO_SPACE, "b has no space", "make room")
                    .withEvidence(List.of("df says so"))));
    Cli.Result result = cli.run("migrate", "counter", "b");
    assertThat(result.code()).isEqualTo(7);
    assertThat(result.out()).contains("counter did not move from a to b");
    assertThat(result.err())
        .isEqualTo("nereid: b has no space\n  df says so\n  counter runs on at a; make room\n");
    Cli.Result json = cli.run("migrate", "-o", "json", "counter", "b");
    assertThat(json.code()).isEqualTo(7);
    assertThat(json.out()).startsWith("{").contains("\"NO_SPACE\"");
    assertThat(json.err()).isEmpty();
  }

  @Test
  void aMigrationThatNeedsAPersonHasAnExitCodeOfItsOwn() {
    answer(Addresses.MIGRATE, q -> Examples.view(1, Phase.PREFLIGHT));
    answer(
        Addresses.MIGRATION,
        q -> Failing.view(Phase.NEEDS_OPERATOR, Failure.of(FailureCode.TIMEOUT, "stuck", "do x")));
    Cli.Result result = cli.run("migrate", "counter", "b");
    assertThat(result.code()).isEqualTo(13);
    assertThat(result.err()).isEqualTo("nereid: stuck\n  do x\n");
  }

  @Test
  void migrationsAreListedShownAndCancelled() {
    answer(
        Addresses.MIGRATIONS,
        q -> new MigrationList(List.of(Examples.view(1, Phase.SUCCEEDED).migration())));
    assertThat(cli.run("migrations").out())
        .isEqualTo(
            """
            ID              CONTAINER  FROM  TO  PHASE      AGE  TOOK    FROZEN  SENT     OF
            m-0123456789ab  counter    a     b   succeeded  0s   1.43 s  231 ms  2.9 MiB  23.8 MiB
            """);
    answer(Addresses.MIGRATION, q -> Examples.view(1, Phase.SUCCEEDED));
    assertThat(cli.run("migrations", "m-0123456789ab").out()).startsWith("counter moved from a");
    answer(Addresses.CANCEL, q -> Examples.view(2, Phase.ROLLBACK));
    String asked = "asked to cancel; counter stays at a\n";
    assertThat(cli.run("migrations", "cancel", "m-0123456789ab").out()).isEqualTo(asked);
    assertThat(cli.run("migrate", "--cancel", "m-0123456789ab").out()).isEqualTo(asked);
    assertThat(cli.run("migrations", "a", "b").code()).isEqualTo(2);
  }

  @Test
  void versionNamesTheDaemonToo() {
    assertThat(cli.run("version").out()).startsWith("nereid ").endsWith("daemon 0.1.0-test at a\n");
  }

  private void phases(Phase... phases) {
    AtomicInteger at = new AtomicInteger();
    answer(
        Addresses.MIGRATION,
        q -> {
          int n = at.getAndIncrement();
          return Examples.view(n + 2, phases[Math.min(n, phases.length - 1)]);
        });
  }
}
