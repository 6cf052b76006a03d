package io.nereid.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.Phase;
import io.nereid.gateway.testkit.Examples;
import io.nereid.gateway.testkit.FakeCluster;
import io.nereid.protocol.address.Addresses;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExplainCommandTest {
  private static final String TCP =
      "inet: Connected TCP socket, consider using --tcp-established option.";
  private static final String LOG =
      "(00.001) Running\n(00.002) Error (criu/sk-inet.c:200): "
          + TCP
          + "\n(00.003) Error (criu/cr-dump.c:2128): Dumping FAILED.\n";
  @TempDir Path dir;

  private Cli.Result explain(String... more) {
    String[] args = new String[more.length + 1];
    args[0] = "explain";
    System.arraycopy(more, 0, args, 1, more.length);
    return new Cli(Map.of("NEREID_RUN_DIR", dir.resolve("run").toString()), false, "").run(args);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(dir.resolve(name), text).toString();
  }

  @Test
  void aLogIsExplainedWithoutADaemon() throws IOException {
    Cli.Result result = explain(file("dump.log", LOG));
    assertThat(result.err()).isEmpty();
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .startsWith("tcp-established: there are established TCP connections")
        .contains("\n  " + TCP + "\n")
        .contains("\n  what to do: set criu.tcpEstablished")
        .endsWith("\n  more: docs/troubleshooting.md#tcp-established\n");
  }

  @Test
  void programsGetJson() throws IOException {
    Cli.Result result = explain("-o", "json", file("dump.log", LOG));
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("\"failed\" : true", "\"known\" : true", "\"id\" : \"tcp-established\"")
        .contains("\"link\" : \"docs/troubleshooting.md#tcp-established\"")
        .contains("\"error\" : \"" + TCP + "\"");
  }

  @Test
  void anUnknownFailureIsSaidToBeUnknown() throws IOException {
    String log = file("dump.log", "(00.002) Error (criu/flux.c:1): flux: \u001b[31mempty\n");
    Cli.Result result = explain(log);
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).startsWith("unknown: ").contains("\n  flux: \uFFFD[31mempty\n");
    assertThat(explain("-o", "json", log).out()).contains("\"known\" : false", "\"cause\" : null");
  }

  @Test
  void aLogOfASuccessHasNothingToExplain() throws IOException {
    Cli.Result result = explain(file("dump.log", "(00.002) Dumping finished successfully\n"));
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("there is no error in ").contains("finished successfully");
  }

  @Test
  void whatIsNoLogIsRefused() throws IOException {
    Cli.Result letter = explain(file("letter.txt", "Dear reader\n"));
    assertThat(letter.code()).isEqualTo(2);
    assertThat(letter.err()).contains("letter.txt' does not look like a log of CRIU");
    assertThat(explain(file("empty.log", "")).code()).isEqualTo(2);
    assertThat(explain(dir.toString()).err()).contains("is not a regular file");
    assertThat(explain("/dev/zero").err()).contains("'/dev/zero' is not a regular file");
  }

  @Test
  void whatIsNeitherFileNorMigrationIsNotFound() {
    Cli.Result result = explain("nowhere.log");
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("there is no file 'nowhere.log'", "'nereid migrations'");
    assertThat(explain("m-0123456789ab").code()).isEqualTo(69);
  }

  @Test
  void aMigrationIsExplainedByItsEvidence() {
    try (FakeCluster cluster = new FakeCluster(dir).start()) {
      Cli cli = new Cli(cluster.socket());
      String id = Examples.MIGRATION.value();
      Failure criu =
          Failure.of(FailureCode.CRIU_FAILED, "checkpoint of x: failed", "read it")
              .withEvidence(
                  List.of(
                      "criu failed: type NOTIFY errno 0\nlog file: dump.log",
                      "dump.log: (00.002) Error (criu/sk-inet.c:200): " + TCP));
      Runnable end =
          cluster.answer(Addresses.MIGRATION, q -> Failing.view(Phase.ROLLED_BACK, criu));
      assertThat(cli.run("explain", id).out()).startsWith("tcp-established: ");
      end.run();
      Failure lost = Failure.of(FailureCode.NODE_LOST, "host b is gone", "start it");
      end = cluster.answer(Addresses.MIGRATION, q -> Failing.view(Phase.ROLLED_BACK, lost));
      Cli.Result result = cli.run("explain", id);
      assertThat(result.code()).isEqualTo(1);
      assertThat(result.out()).contains("\n  host b is gone\n").contains("what to do: start it");
      end.run();
      end = cluster.answer(Addresses.MIGRATION, q -> Examples.view(9, Phase.SUCCEEDED));
      assertThat(cli.run("explain", id).out()).contains("has no failure: succeeded");
      end.run();
    }
  }
}
