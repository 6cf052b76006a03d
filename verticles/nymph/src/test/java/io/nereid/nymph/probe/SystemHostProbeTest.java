package io.nereid.nymph.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.node.NodeInfo;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SystemHostProbeTest {
  @TempDir Path directory;
  private FakeHost host;
  private SystemHostProbe probe;

  @BeforeEach
  void aGoodHost() {
    host = new FakeHost(directory);
    probe = new SystemHostProbe(host, host.files());
  }

  @Test
  @RequiresRuntime
  void thisHostCanDoTheMainJob() {
    Capabilities found = new SystemHostProbe(SystemProcessRunner.ofThisHost()).capabilities();
    assertThat(found.problems()).isEmpty();
    assertThat(found.criu()).matches("\\d+\\.\\d+.*");
    assertThat(found.criuFeatures()).contains("network_lock_nftables");
    assertThat(found.cgroup()).isIn("v1", "v2", "hybrid");
  }

  @Test
  void versionsAndFeaturesAreFound() {
    Capabilities found = probe.capabilities();
    assertThat(found)
        .extracting(
            Capabilities::kernel,
            Capabilities::cgroup,
            Capabilities::runc,
            Capabilities::criu,
            Capabilities::conmon)
        .containsExactly("6.18.44", "v2", "1.1.5+ds1", "4.1.1", "2.1.6");
    assertThat(found.problems()).isEmpty();
  }

  @Test
  void aHostIsProbedOnceUntilItIsAskedToLookAgain() {
    Capabilities first = probe.capabilities();
    int ran = host.ran().size();
    assertThat(probe.capabilities()).isSameAs(first);
    assertThat(host.ran()).hasSize(ran);
    host.lacks("conmon");
    assertThat(probe.refresh().conmon()).isEmpty();
    assertThat(probe.capabilities().problems()).singleElement().asString().contains("conmon");
  }

  @Test
  void aCriuThatDoesNotWorkHasNoVersionButAReason() {
    host.fails("criu check", "Error (criu/vdso.c:430): vdso: Unexpected rt vDSO area bounds");
    Capabilities found = probe.capabilities();
    assertThat(found.criu()).isEmpty();
    assertThat(found.criuFeatures()).isEmpty();
    assertThat(found.problems()).singleElement().asString().contains("too old", "./nereid setup");
  }

  @Test
  void aHostDescribesItselfWithFiguresOfTheKernel() {
    NodeInfo info =
        new NodeProbe(
                new NodeId("a"),
                "10.0.0.1",
                "1",
                Map.of("zone", "a"),
                directory.resolve("not/yet/made"),
                Instant.EPOCH,
                probe,
                host.files())
            .look();
    assertThat(info.labels()).containsExactly(Map.entry("zone", "a"));
    assertThat(info.memoryTotalBytes()).isEqualTo(2048 * 1024);
    assertThat(info.memoryAvailableBytes()).isEqualTo(1024 * 1024);
    assertThat(info.load1()).isEqualTo(0.25);
    assertThat(info.diskFreeBytes()).isPositive();
    assertThat(info.capabilities()).isSameAs(probe.capabilities());
  }

  @Test
  void figuresThatTheKernelDoesNotTellAreZero() {
    host.file("meminfo", "nonsense").file("loadavg", "x");
    NodeInfo info =
        new NodeProbe(
                new NodeId("a"), "", "1", Map.of(), directory, Instant.EPOCH, probe, host.files())
            .look();
    assertThat(info.memoryTotalBytes()).isZero();
    assertThat(info.load1()).isZero();
  }
}
