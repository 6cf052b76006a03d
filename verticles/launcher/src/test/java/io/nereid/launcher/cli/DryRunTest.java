package io.nereid.launcher.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.Finding;
import io.nereid.domain.preflight.Prediction;
import io.nereid.domain.preflight.Severity;
import io.nereid.gateway.testkit.Examples;
import io.nereid.gateway.testkit.FakeCluster;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.CoordinatorMessages.PreflightReport;
import io.nereid.protocol.message.CoordinatorMessages.PreflightRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code migrate --dry-run} through a real gateway to answers that are made up. */
class DryRunTest {
  private static final Prediction COST =
      new Prediction(
          512,
          2_300,
          30L << 20,
          20L << 20,
          3L << 20,
          2,
          true,
          "usual figures; nothing has moved yet");
  private static final Finding FINE = new Finding("arch", Severity.OK, "both are x86_64", "");
  private static final Finding NOTE =
      new Finding("tcp", Severity.INFO, "3 established TCP connections move along", "");
  private static final Finding RISK =
      new Finding("kernel", Severity.RISK, "kernel 5.10 there, 6.1 here", "choose a newer one");
  private static final Finding REJECT =
      new Finding("disk", Severity.REJECT, "host c has 5 bytes of disk free", "make room there");

  @TempDir Path dir;
  private final AtomicReference<PreflightRequest> asked = new AtomicReference<>();
  private FakeCluster cluster;
  private Cli cli;

  @BeforeEach
  void start() {
    cluster = new FakeCluster(dir).start();
    cli = new Cli(cluster.socket());
  }

  @AfterEach
  void stop() {
    cluster.close();
  }

  private static Assessment about(String host, Finding... findings) {
    return Assessment.of(new NodeId(host), List.of(findings), Optional.of(COST));
  }

  private void answer(Assessment... hosts) {
    cluster.answer(
        Addresses.PREFLIGHT,
        q -> {
          asked.set(q);
          return new PreflightReport(
              Examples.COUNTER_ID,
              Examples.COUNTER,
              Examples.A,
              20L << 20,
              10L << 20,
              List.of(hosts));
        });
  }

  @Test
  void aVerdictForEachHostAndItsReasons() {
    answer(about("b", FINE, NOTE), about("c", FINE, RISK, REJECT));
    Cli.Result result = cli.run("migrate", "counter", "--dry-run");
    assertThat(result.err()).isEmpty();
    assertThat(result.out())
        .isEqualTo(
            """
            counter on a: 20.0 MiB of memory, 10.0 MiB of files
            HOST  VERDICT  PAUSE    TOTAL    TO SEND    AGAINST
            b     yes      ~512 ms  ~2.30 s  ~30.0 MiB  -
            c     no       ~512 ms  ~2.30 s  ~30.0 MiB  disk, kernel
            b: info tcp: 3 established TCP connections move along
            c: reject disk: host c has 5 bytes of disk free
              make room there
            c: risk kernel: kernel 5.10 there, 6.1 here
              choose a newer one
            memory is changing by 3.0 MiB/s: 2 rounds ahead, then what is left fits the downtime
            prediction: usual figures; nothing has moved yet
            """);
    assertThat(result.code()).as("one host can take it").isZero();
    assertThat(asked.get().ref()).isEqualTo("counter");
    assertThat(asked.get().target()).isEmpty();
  }

  @Test
  void oneHostAndABandwidthAreAskedFor() {
    answer(about("b", FINE));
    assertThat(cli.run("migrate", "counter", "b", "--dry-run", "--bandwidth", "1m").code())
        .isZero();
    assertThat(asked.get().target()).contains("b");
    assertThat(asked.get().options().bandwidthBytesPerSecond()).isEqualTo(1 << 20);
  }

  @Test
  void theExitCodeSaysWhetherTheMoveWouldStart() {
    answer(about("b", RISK));
    assertThat(cli.run("migrate", "counter", "b", "--dry-run").code()).isEqualTo(6);
    assertThat(cli.run("migrate", "counter", "b", "--dry-run", "--force").code()).isZero();
  }

  @Test
  void forceDoesNotHelpAgainstWhatCannotWork() {
    answer(about("b", REJECT));
    assertThat(cli.run("migrate", "counter", "b", "--dry-run", "--force").code()).isEqualTo(6);
  }

  @Test
  void aClusterOfOneHostSaysSo() {
    answer();
    Cli.Result result = cli.run("migrate", "counter", "--dry-run");
    assertThat(result.out()).contains("there is no other host");
    assertThat(result.code()).isEqualTo(6);
  }

  @Test
  void programsGetEverythingThatWasFound() {
    answer(about("b", FINE, NOTE));
    Cli.Result result = cli.run("migrate", "counter", "--dry-run", "-o", "json");
    assertThat(result.out())
        .startsWith("{")
        .contains("\"verdict\" : \"YES\"", "\"pauseMs\" : 512", "\"severity\" : \"OK\"");
    assertThat(result.code()).isZero();
  }

  @Test
  void forceIsPassedOnToARealMove() {
    AtomicReference<MigrateRequest> move = new AtomicReference<>();
    cluster.answer(
        Addresses.MIGRATE,
        q -> {
          move.set(q);
          return Examples.view(1, io.nereid.domain.migration.Phase.PREFLIGHT);
        });
    assertThat(cli.run("migrate", "counter", "b", "--force", "--detach").code()).isZero();
    assertThat(move.get().options().force()).isTrue();
  }
}
