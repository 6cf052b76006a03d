package io.nereid.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is said to a person who is mistaken, before anybody is asked. */
class UsageTest {
  @TempDir Path dir;

  @Test
  void helpNamesEveryCommand() {
    Cli.Result result = cli().run("--help");
    assertThat(result.code()).isZero();
    for (String command :
        List.of(
            "up",
            "nodes",
            "ps",
            "run",
            "logs",
            "exec",
            "inspect",
            "stop",
            "start",
            "kill",
            "rm",
            "pause",
            "unpause",
            "migrate",
            "migrations",
            "explain",
            "doctor",
            "demo",
            "bench",
            "version",
            "setup",
            "test")) {
      assertThat(result.out()).as(command).containsPattern("(?m)^  " + command + "  ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "up",
        "nodes",
        "ps",
        "run",
        "logs",
        "exec",
        "inspect",
        "stop",
        "start",
        "kill",
        "rm",
        "pause",
        "unpause",
        "migrate",
        "migrations",
        "explain",
        "doctor",
        "demo",
        "bench",
        "version"
      })
  void everyCommandExplainsItself(String command) {
    Cli.Result result = cli().run(command, "--help");
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("Usage: nereid " + command);
    assertThat(result.err()).isEmpty();
  }

  @Test
  void nothingAtAllShowsTheHelpAndFails() {
    Cli.Result result = cli().run();
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("Usage: nereid");
  }

  @Test
  void anUnknownCommandIsAnsweredWithTheNearest() {
    Cli.Result result = cli().run("migrat", "x");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("nereid: there is no command 'migrat")
        .contains("did you mean migrate");
  }

  @Test
  void anUnknownFlagIsAnsweredWithTheNearest() {
    Cli.Result result = cli().run("migrate", "--bandwith", "1m", "x");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("nereid: Unknown option")
        .contains("--bandwith")
        .contains("did you mean --bandwidth")
        .contains("'nereid migrate --help' shows what is possible");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run",
        "run a b",
        "stop",
        "stop -t soon x",
        "migrate",
        "migrate a b c",
        "migrate --bandwidth fast a",
        "migrate --bandwidth 1furlong a",
        "migrate --max-downtime soon a",
        "migrate --max-downtime 2ms a",
        "migrate --max-downtime 2m a",
        "migrate --take-back a b",
        "migrate --mode warm a",
        "migrate --take-back a --cancel m-1",
        "migrate --on-no-converge hope a",
        "migrate --cancel m-1 a",
        "ps -o yaml",
        "exec c",
        "logs",
        "explain",
        "explain a.log b.log",
        "up --set transferport"
      })
  void whatCannotBeMeantIsRefused(String line) {
    Cli.Result result = cli().run(line.split(" "));
    assertThat(result.code()).as(result.err()).isEqualTo(2);
    assertThat(result.err()).startsWith("nereid: ").contains("--help");
  }

  @Test
  void anUnreachableDaemonSaysWhatToStart() {
    Cli.Result result = cli().run("ps");
    assertThat(result.code()).isEqualTo(69);
    assertThat(result.err())
        .isEqualTo(
            "nereid: no daemon answers at unix:"
                + dir
                + "/run/nereid.sock\n  "
                + dir
                + "/run/nereid.sock does not exist\n  start the daemon of this host with 'nereid"
                + " up' (as root), or name another with --host or NEREID_HOST\n");
    assertThat(cli().run("ps", "--host", "127.0.0.1:1").code()).isEqualTo(69);
  }

  @Test
  void anAddressThatIsNoneIsRefused() {
    Cli.Result result = cli().run("ps", "--host", "nowhere");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("'nowhere' is no address of a daemon");
  }

  @Test
  void aDaemonWithWrongSettingsIsNotStarted() throws Exception {
    Path file = Files.writeString(dir.resolve("n.yaml"), "node:\n  nmae: x\n  stopGraceMs: -5\n");
    Cli.Result result = cli().run("up", "--config", file.toString(), "--port", "99999");
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .startsWith("nereid: the configuration has 3 problems; nothing was started\n")
        .contains("--port: gateway.port is '99999' but must be a whole number from 0 to 65535")
        .contains(file + ":2: unknown setting 'node.nmae'; did you mean 'node.name'?")
        .contains(file + ":3: node.stopGraceMs is '-5'");
    assertThat(dir.resolve("run")).doesNotExist();
  }

  private Cli cli() {
    return new Cli(Map.of("NEREID_RUN_DIR", dir.resolve("run").toString()), false, "");
  }
}
