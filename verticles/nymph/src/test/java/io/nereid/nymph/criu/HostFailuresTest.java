package io.nereid.nymph.criu;

import static io.nereid.nymph.criu.RuncLab.assertCause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nereid.domain.failure.FailureCode;
import io.nereid.nymph.criu.RuncLab.Subject;
import io.nereid.nymph.runtime.RuntimeFailures;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs, rights and features that a host lacks, and what Nereid says about it. */
@RequiresRuntime
class HostFailuresTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir Path dir;
  private RuncLab lab;

  @BeforeEach
  void open() {
    lab = new RuncLab(dir);
  }

  @AfterEach
  void close() throws IOException {
    lab.close();
  }

  private Subject ready() throws IOException {
    Subject subject = lab.start("touch /ready; sleep 1000");
    await().until(() -> Files.exists(subject.file("ready")));
    return subject;
  }

  private Outcome run(String... argv) {
    return lab.runner.run(Command.of(LIMIT, argv));
  }

  private void assertExplained(Outcome outcome, String id) {
    assertThat(outcome.ok()).isFalse();
    assertCause(
        RuntimeFailures.of(FailureCode.RUNTIME_FAILED, "trying", outcome, "", List.of()).failure(),
        id);
  }

  @Test
  void aProgramThatCriuCallsIsMissing() throws IOException {
    Subject subject = ready();
    List<String> bare = List.of("env", "PATH=" + lab.onlyCriu());
    assertCause(lab.dumpFails(bare, subject, subject.images()), "tar-missing");
  }

  @Test
  void aRuntimeThatIsMissing() {
    Outcome outcome =
        run(
            "conmon",
            "--api-version",
            "1",
            "-c",
            "lab",
            "-u",
            "lab",
            "-n",
            "lab",
            "-r",
            dir.resolve("runc") + "",
            "-b",
            dir + "",
            "-p",
            dir.resolve("pid") + "",
            "-l",
            "k8s-file:" + dir.resolve("log"));
    assertExplained(outcome, "conmon-setup");
  }

  @Test
  void rightsThatAreMissing() {
    assertExplained(run("setpriv", "--reuid=65534", "--clear-groups", "criu", "check"), "not-root");
  }

  @Test
  void aKernelThatDoesNotTellWhatHasChanged() throws IOException {
    boolean able = run("criu", "check", "--feature", "mem_dirty_track").ok();
    assumeTrue(!able, "this kernel has soft-dirty");
    assertCause(lab.dumpFails(ready(), "--pre-dump"), "criu-features");
  }

  @Test
  void aTerminalWhoseOtherEndIsNotThere() throws IOException {
    Subject subject = ready();
    lab.dump(subject);
    Path config = subject.bundle().resolve("config.json");
    Files.writeString(
        config, Files.readString(config).replace("\"terminal\":false", "\"terminal\":true"));
    assertCause(lab.restoreFails(subject), "external-tty");
  }

  @Test
  void aDebuggerThatHoldsAProcess() throws IOException {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/strace")), "no strace");
    Subject subject = ready();
    Path pid = dir.resolve("strace.pid");
    lab.expect(
        "sh",
        "-c",
        "strace -f -o /dev/null -p \"$1\" >/dev/null 2>&1 & echo $! >\"$2\"",
        "sh",
        lab.pid(subject) + "",
        pid + "");
    ProcessHandle strace =
        ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
    try {
      Path status = Path.of("/proc", lab.pid(subject) + "", "status");
      await().until(() -> Files.readString(status).contains("TracerPid:\t" + strace.pid()));
      Path hasty = Files.writeString(dir.resolve("hasty.conf"), "timeout 1\n");
      List<String> hastily = List.of("env", "CRIU_CONFIG_FILE=" + hasty);
      assertCause(lab.dumpFails(hastily, subject, subject.images()), "traced");
    } finally {
      strace.destroy();
    }
  }

  @Test
  void theRemedyForLargeDeletedFilesIsOne() throws IOException {
    Path setting = Files.writeString(dir.resolve("criu.conf"), "ghost-limit 8M\n");
    Subject subject =
        lab.start(
            "exec 5>/tmp/big; dd if=/dev/zero bs=1M count=2 >&5; rm /tmp/big; touch /ready;"
                + " sleep 1000",
            config -> config.withObject("/annotations").put("org.criu.config", setting.toString()));
    await().until(() -> Files.exists(subject.file("ready")));
    lab.dump(subject);
    assertThat(subject.images().resolve("inventory.img")).exists();
  }
}
