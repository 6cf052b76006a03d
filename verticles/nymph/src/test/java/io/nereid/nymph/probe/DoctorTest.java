package io.nereid.nymph.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.process.SystemProcessRunner;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
  private static final long MIB = 1024 * 1024;
  @TempDir Path directory;
  private FakeHost host;

  @BeforeEach
  void aGoodHost() {
    host = new FakeHost(directory);
  }

  private DoctorReport report() {
    return new Doctor(host, host.files()).examine(directory.resolve("data"), directory);
  }

  private Requirement found(String name) {
    return report().requirements().stream()
        .filter(r -> r.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no requirement " + name));
  }

  private void assertFailed(String name, String found, String remedy) {
    Requirement requirement = found(name);
    assertThat(requirement.status()).isEqualTo(Requirement.Status.FAILED);
    assertThat(requirement.found()).contains(found);
    assertThat(requirement.remedy()).contains(remedy);
    assertThat(report().ok()).isFalse();
  }

  @Test
  @RequiresRuntime
  void thisHostIsExaminedForRealAndNothingIsLeft() throws IOException {
    Path data = Files.createDirectory(directory.resolve("real"));
    String mounts = Files.readString(Path.of("/proc/self/mountinfo"));
    DoctorReport report =
        new Doctor(SystemProcessRunner.ofThisHost()).examine(data, directory.resolve("dumps"));
    assertThat(report.requirements())
        .filteredOn(r -> r.status() == Requirement.Status.FAILED)
        .isEmpty();
    assertThat(report.ok()).isTrue();
    try (Stream<Path> files = Files.list(data)) {
      assertThat(files).isEmpty();
    }
    assertThat(mounts).doesNotContain(data.toString());
    assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(data.toString());
  }

  @Test
  void theReportCanBeSentAndReadAgain() {
    DoctorReport report = report();
    assertThat(WireCodec.decode(WireCodec.encode(report), DoctorReport.class)).isEqualTo(report);
  }

  @Test
  void everythingThatIsNotGoodHasARemedyAndANeed() {
    host.lacks("criu").lacks("runc").lacks("unshare").file("self/status", "").file("loadavg", "");
    assertThat(report().requirements())
        .allSatisfy(r -> assertThat(r.needed()).isNotBlank())
        .filteredOn(r -> r.status() != Requirement.Status.OK)
        .hasSizeGreaterThan(5)
        .allSatisfy(r -> assertThat(r.remedy()).isNotBlank());
  }

  @Test
  void whoIsNotRootIsToldSo() {
    host.file("self/status", "Uid:\t1000\t1000\t1000\t1000\nCapEff:\t0000000000000000\n");
    assertFailed("root", "user 1000, not root", "as root");
    assertFailed("capabilities", "CAP_SYS_ADMIN", "as root");
  }

  @Test
  void aMissingCapabilityIsNamedWithWhatSuffers() {
    host.file("self/status", "Uid:\t0\t0\t0\t0\nCapEff:\t000001fffeffffff\n");
    Requirement resource = found("CAP_SYS_RESOURCE");
    assertThat(resource.status()).isEqualTo(Requirement.Status.WARNING);
    assertThat(resource.found()).contains("pipes");
    assertThat(found("fs.pipe-user-pages-soft").remedy())
        .isEqualTo("sysctl -w fs.pipe-user-pages-soft=0");
    assertThat(found("fs.pipe-max-size").status()).isEqualTo(Requirement.Status.OK);
  }

  @Test
  void aCriuThatCannotEvenStartSaysWhatItLacks() {
    host.fails("criu", "criu: error while loading shared libraries: libnl-3.so.200: none");
    assertFailed("criu", "lacks a library; run ./nereid setup", "./nereid setup");
    assertThat(found("criu").found()).contains("libnl-3.so.200");
  }

  @Test
  void aCriuThatLacksRightsIsNotSentToSetup() {
    host.fails("criu check", "Please give it CAP_SYS_ADMIN");
    assertFailed("criu", "may not do what it must", "as root");
  }

  @Test
  void pipeLimitsDoNotMatterToOneWhoMayExceedThem() {
    assertThat(found("fs.pipe-user-pages-soft").status()).isEqualTo(Requirement.Status.OK);
    assertThat(found("capabilities").status()).isEqualTo(Requirement.Status.OK);
  }

  @Test
  void aCriuThatIsTooOldForTheKernelIsExplained() {
    host.says("criu --version", "Version: 3.17.1\n")
        .fails(
            "criu check",
            """
            Error (criu/util.c:642): exited, status=1
            Error (criu/vdso.c:381): vdso: Unexpected rt vDSO area bounds
            Error (criu/crtools.c:260): Could not initialize kernel features detection.
            """);
    assertFailed(
        "criu",
        "this CRIU 3.17.1 is too old for the running kernel 6.18.44; run ./nereid setup",
        "./nereid setup");
    assertThat(found("criu").found()).contains("Unexpected rt vDSO area bounds");
  }

  @Test
  void aMissingCriuIsNotCalledBroken() {
    host.lacks("criu");
    assertFailed("criu", "CRIU is not installed", "./nereid setup");
  }

  @Test
  void aServiceThatDoesNotAnswerIsOnlyAWarning() {
    Requirement service = found("criu service");
    assertThat(service.status()).isEqualTo(Requirement.Status.WARNING);
    assertThat(service.found()).contains("no service here");
  }

  @Test
  void aMissingFeatureFailsOnlyWhenAMoveNeedsIt() {
    host.fails("criu check --feature mem_dirty_track", "Dirty tracking is OFF")
        .fails("criu check --feature network_lock_nftables", "Unknown feature");
    assertThat(found("criu feature mem_dirty_track").status())
        .isEqualTo(Requirement.Status.WARNING);
    assertFailed("criu feature network_lock_nftables", "missing", "./nereid setup");
  }

  @Test
  void missingProgramsAndRefusedNamespacesFail() {
    host.lacks("nft").fails("unshare --net ip", "unshare failed: Operation not permitted");
    assertFailed("nft", "no program 'nft'", "./nereid setup");
    assertFailed("network namespaces", "Operation not permitted", "allow namespaces");
  }

  @Test
  void aFileSystemThatCannotHoldAnOverlayFailsAndNothingIsLeft() throws IOException {
    host.fails("unshare --mount --propagation", "mount: wrong fs type");
    Path data = Files.createDirectory(directory.resolve("data"));
    assertFailed("overlayfs", "wrong fs type", "ext4");
    try (Stream<Path> files = Files.list(data)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void anOverlayThatSwallowsWhatIsWrittenIsNotTaken() {
    assertFailed("overlayfs", "not in the upper directory", "ext4");
  }

  @Test
  void anOldKernelFails() {
    host.file("sys/kernel/osrelease", "4.19.0-27-amd64\n");
    assertFailed("kernel", "4.19.0", "newer kernel");
  }

  @Test
  void anUntriedArchitectureWarnsAndAnUnknownOneFails() {
    assertThat(architecture("aarch64")).isEqualTo(Requirement.Status.WARNING);
    assertThat(architecture("s390x")).isEqualTo(Requirement.Status.FAILED);
  }

  private Requirement.Status architecture(String arch) {
    return new KernelChecks(host.files(), arch)
        .examine().stream()
            .filter(r -> r.name().equals("architecture"))
            .findFirst()
            .orElseThrow()
            .status();
  }

  @Test
  void cgroupsThatCannotFreezeFail() {
    host.file("self/mounts", "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n");
    assertFailed("cgroups", "v1 without the freezer", "freezer");
  }

  @Test
  void spaceIsJudgedInThreeSteps() {
    List<Requirement.Status> judged =
        Stream.of(10 * MIB, 1000 * MIB, 4096 * MIB)
            .map(free -> Doctor.space("space", directory, OptionalLong.of(free)).status())
            .toList();
    assertThat(judged)
        .containsExactly(
            Requirement.Status.FAILED, Requirement.Status.WARNING, Requirement.Status.OK);
  }

  @Test
  void anOldJavaFails() {
    assertThat(Doctor.jdk(24).status()).isEqualTo(Requirement.Status.FAILED);
    assertThat(Doctor.jdk(25).status()).isEqualTo(Requirement.Status.OK);
  }
}
