package io.nereid.nymph.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.journal.ResourceJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With directories like those of the kernel. */
class CpuThrottleTest {
  private static final ContainerId ID = ContainerId.random();
  private static final String CGROUP = "/nereid-a/x";

  @TempDir Path dir;
  private Path cpu;
  private Path unified;

  @BeforeEach
  void make() throws IOException {
    cpu = Files.createDirectories(dir.resolve("v1/cpu/nereid-a/x"));
    Files.createDirectories(dir.resolve("v1/cpuacct/nereid-a/x"));
    unified = Files.createDirectories(dir.resolve("v2/nereid-a/x"));
    Files.writeString(dir.resolve("v2/cgroup.controllers"), "cpu\n");
    Files.writeString(cpu.resolve("cpu.cfs_quota_us"), "-1\n");
    Files.writeString(cpu.resolve("cpu.cfs_period_us"), "50000\n");
    Files.writeString(unified.resolve("cpu.max"), "80000 100000\n");
    used(0);
  }

  private void used(long nanos) throws IOException {
    Files.writeString(dir.resolve("v1/cpuacct/nereid-a/x/cpuacct.usage"), nanos + "\n");
    Files.writeString(unified.resolve("cpu.stat"), "usage_usec " + nanos / 1_000 + "\nx 1\n");
  }

  private CpuThrottle throttle(boolean v2, ResourceJournal journal) {
    List<Path> hierarchies =
        v2 ? List.of(dir.resolve("v2")) : List.of(dir.resolve("v1/cpu"), dir.resolve("v1/cpuacct"));
    return new CpuThrottle(Cgroups.at(hierarchies), journal);
  }

  private static long number(Path file) throws IOException {
    return Long.parseLong(Files.readString(file).strip().split(" ")[0]);
  }

  @Test
  void eachStepHalvesWhatItTakesAndTheEndGivesItBack() throws IOException {
    try (ResourceJournal journal = ResourceJournal.open(dir.resolve("j"))) {
      Path quota = cpu.resolve("cpu.cfs_quota_us");
      try (CpuThrottle.Hold hold = throttle(false, journal).hold(ID, CGROUP)) {
        assertThat(hold.percent()).isZero();
        used(1_000_000_000_000L);
        assertThat(hold.lower()).isPresent();
        long first = number(quota);
        int percent = hold.percent();
        assertThat(journal.of(ID)).hasSize(1);
        assertThat(hold.lower()).isPresent();
        assertThat(number(quota)).isBetween(first / 2 - 1, first / 2 + 1);
        assertThat(hold.percent()).isBetween(percent / 2 - 1, percent / 2 + 1);
      }
      assertThat(Files.readString(quota).strip()).isEqualTo("-1");
      assertThat(journal.of(ID)).isEmpty();
    }
  }

  @Test
  void aLimitOfVersionTwoKeepsItsPeriod() throws IOException {
    try (ResourceJournal journal = ResourceJournal.open(dir.resolve("j"))) {
      Path max = unified.resolve("cpu.max");
      try (CpuThrottle.Hold hold = throttle(true, journal).hold(ID, CGROUP)) {
        used(1_000);
        assertThat(hold.lower()).hasValue(CpuThrottle.PERCENT_MIN);
        assertThat(Files.readString(max)).isEqualTo("1000 100000");
        assertThat(hold.lower()).as("not any lower").isEmpty();
      }
      assertThat(Files.readString(max)).isEqualTo("80000 100000");
    }
  }

  @Test
  void whatAKilledDaemonHasLoweredIsGivenBackByTheNext() throws IOException {
    // Neither hold nor journal are closed, as after a kill -9.
    ResourceJournal killed = ResourceJournal.open(dir.resolve("j"));
    throttle(true, killed).hold(ID, CGROUP).lower();
    assertThat(Files.readString(unified.resolve("cpu.max"))).isEqualTo("50000 100000");
    try (ResourceJournal next = ResourceJournal.open(dir.resolve("j"))) {
      throttle(true, next).resetAll();
      assertThat(Files.readString(unified.resolve("cpu.max"))).isEqualTo("80000 100000");
      assertThat(next.all()).isEmpty();
    }
  }

  @Test
  void aContainerThatIsGoneIsForgotten() throws IOException {
    ResourceJournal killed = ResourceJournal.open(dir.resolve("j"));
    throttle(true, killed).hold(ID, CGROUP).lower();
    Files.delete(unified.resolve("cpu.max"));
    try (ResourceJournal next = ResourceJournal.open(dir.resolve("j"))) {
      throttle(true, next).resetAll();
      assertThat(next.all()).isEmpty();
      assertThat(unified.resolve("cpu.max")).doesNotExist();
    }
  }

  @Test
  void aHostWithoutSuchALimitCannotHoldBack() throws IOException {
    Files.delete(unified.resolve("cpu.max"));
    try (ResourceJournal journal = ResourceJournal.open(dir.resolve("j"));
        CpuThrottle.Hold hold = throttle(true, journal).hold(ID, CGROUP)) {
      assertThat(hold.lower()).isEmpty();
      assertThat(journal.all()).isEmpty();
    }
  }
}
