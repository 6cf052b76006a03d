package io.nereid.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemProcessRunnerTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private final SystemProcessRunner runner = SystemProcessRunner.ofThisHost();
  @TempDir Path temp;

  private Outcome.Exited exited(Command command) {
    return (Outcome.Exited) runner.run(command);
  }

  @Test
  void theOutcomeHoldsExitCodeAndBothStreams() {
    Outcome.Exited outcome = exited(Command.of(LONG, "sh", "-c", "echo out; echo err >&2; exit 3"));
    assertThat(outcome.code()).isEqualTo(3);
    assertThat(outcome.ok()).isFalse();
    assertThat(outcome.stdout()).isEqualTo("out\n");
    assertThat(outcome.stderr()).isEqualTo("err\n");
  }

  @Test
  void argumentsAreNeverInterpreted() {
    String hostile = "$(touch " + temp + "/x); `id` * \"'";
    assertThat(exited(Command.of(LONG, "printf", "%s", hostile)).stdout()).isEqualTo(hostile);
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void onlyTheEndOfLongOutputIsKept() {
    Outcome.Exited outcome =
        exited(
            Command.of(LONG, "sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; printf theend"));
    assertThat(outcome.stdout()).hasSize(ProcessRunner.OUTPUT_BYTES_MAX).endsWith("xxtheend");
  }

  @Test
  void aProgramThatIsMissingDidNotStart() {
    Outcome outcome = runner.run(Command.of(LONG, "no-such-program"));
    assertThat(outcome)
        .isInstanceOfSatisfying(
            Outcome.NotStarted.class,
            o -> assertThat(o.reason()).contains("no-such-program", "/usr/bin"));
  }

  @Test
  void atTheDeadlineTheWholeTreeIsKilled() throws IOException {
    Path pids = temp.resolve("pids");
    Outcome outcome =
        runner.run(
            Command.of(
                Duration.ofMillis(500),
                "sh",
                "-c",
                "sh -c 'echo $$; sleep 60 & echo $!; wait' > \"$0\" & echo $$ >> \"$0\"; wait",
                pids.toString()));
    assertThat(outcome)
        .isInstanceOfSatisfying(Outcome.TimedOut.class, o -> assertThat(o.killed()).isTrue());
    assertThat(Files.readAllLines(pids)).hasSizeGreaterThanOrEqualTo(2);
    for (String pid : Files.readAllLines(pids)) {
      await().atMost(LONG).until(() -> gone(Long.parseLong(pid)));
    }
  }

  private static boolean gone(long pid) {
    return ProcessHandle.of(pid).map(p -> !p.isAlive()).orElse(true);
  }

  @Test
  void aSurvivorIsLeftAloneAtTheDeadlineAndItsOutputIsInFiles() throws IOException {
    Path prefix = temp.resolve("logs").resolve("dump");
    Path release = temp.resolve("release");
    String script =
        "echo $$; while [ ! -e \"$0\" ]; do read -t 0.05 x < /dev/null; done; echo done";
    Outcome outcome =
        runner.run(
            Command.of(Duration.ofMillis(400), "bash", "-c", script, release.toString())
                .surviving(prefix));
    Outcome.TimedOut timedOut = (Outcome.TimedOut) outcome;
    assertThat(timedOut.killed()).isFalse();
    long pid = Long.parseLong(timedOut.stdout().strip());
    assertThat(gone(pid)).isFalse();
    Files.createFile(release);
    await().atMost(LONG).until(() -> gone(pid));
    assertThat(temp.resolve("logs").resolve("dump.out")).content().endsWith("done\n");
    assertThat(temp.resolve("logs").resolve("dump.err")).isEmptyFile();
  }

  @Test
  void aSurvivorHasASessionOfItsOwnSoThatCtrlCDoesNotReachIt() {
    Outcome.Exited survivor =
        exited(
            Command.of(LONG, "sh", "-c", "cut -d' ' -f1,6 /proc/$$/stat")
                .surviving(temp.resolve("s")));
    String[] pidAndSession = survivor.stdout().strip().split(" ");
    assertThat(pidAndSession[1]).isEqualTo(pidAndSession[0]);
  }

  @Test
  void theEnvironmentIsSmallAndFixed() {
    Outcome.Exited outcome = exited(Command.of(LONG, "env").withEnv(Map.of("EXTRA", "1")).in(temp));
    assertThat(outcome.stdout().lines().map(l -> l.substring(0, l.indexOf('='))))
        .containsExactlyInAnyOrder("PATH", "HOME", "LANG", "EXTRA");
  }

  @Test
  void whatSetupInstalledIsFoundBeforeTheSystemsOwn() throws IOException {
    Path bin = Files.createDirectories(temp.resolve("bin"));
    Path own = Files.writeString(bin.resolve("env"), "#!/bin/sh\necho mine\n");
    assertThat(own.toFile().setExecutable(true)).isTrue();
    var other =
        new SystemProcessRunner(ProgramEnvironment.from(Map.of("NEREID_PREFIX", temp.toString())));
    Outcome.Exited outcome = (Outcome.Exited) other.run(Command.of(LONG, "env"));
    assertThat(outcome.stdout()).isEqualTo("mine\n");
  }

  @Test
  void inputIsHandedOverAndClosed() {
    byte[] input = "x".repeat(300_000).getBytes(StandardCharsets.UTF_8);
    Outcome.Exited outcome = exited(Command.of(LONG, "wc", "-c").withStdin(input));
    assertThat(outcome.stdout().strip()).isEqualTo("300000");
  }

  @Test
  void aProgramThatIgnoresItsInputStillEnds() {
    byte[] input = new byte[300_000];
    assertThat(runner.run(Command.of(LONG, "true").withStdin(input)).ok()).isTrue();
  }

  @Test
  void aGrandchildThatKeepsThePipesOpenDoesNotHoldTheCaller() {
    long began = System.nanoTime();
    Outcome.Exited outcome = exited(Command.of(LONG, "sh", "-c", "sleep 15 & echo $!"));
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(10));
    ProcessHandle.of(Long.parseLong(outcome.stdout().strip()))
        .ifPresent(ProcessHandle::destroyForcibly);
  }

  @Test
  void aLaunchedProgramTalksWhileItRuns() throws Exception {
    Process process = runner.launch(List.of("cat"), Map.of(), Optional.empty(), true);
    process.getOutputStream().write("hello\n".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    assertThat(process.getInputStream().readAllBytes()).asString().isEqualTo("hello\n");
    assertThat(process.waitFor()).isZero();
  }
}
