package io.nereid.domain.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final OpenFile FILE = new OpenFile("redis 42", "/some/file", 5L << 20);

  private static Assessment judge(Consumer<Facts> here, Consumer<Facts> there) {
    Facts source = new Facts();
    here.accept(source);
    Facts target = new Facts();
    there.accept(target);
    return Judgement.assess(
        source.container(), target.target(), MigrationOptions.DEFAULT, Rates.USUAL);
  }

  private static Assessment judge(Consumer<Facts> here) {
    return judge(here, t -> {});
  }

  private static Assessment judgeTarget(Consumer<Facts> there) {
    return judge(s -> {}, there);
  }

  private static void assertOnly(Assessment found, String id, Severity severity, String... words) {
    assertThat(found.against()).extracting(Finding::id).containsExactly(id);
    Finding finding = found.against().getFirst();
    assertThat(finding.severity()).isEqualTo(severity);
    assertThat(finding.message()).contains(words);
    assertThat(finding.remedy()).isNotEmpty();
    assertThat(found.verdict()).isEqualTo(severity == Severity.REJECT ? Verdict.NO : Verdict.RISKY);
    assertThat(found.allows(false)).isFalse();
    assertThat(found.allows(true)).isEqualTo(severity == Severity.RISK);
  }

  private static void assertInfo(Assessment found, String id, String... words) {
    assertThat(found.verdict()).isEqualTo(Verdict.YES);
    assertThat(found.findings())
        .filteredOn(f -> f.id().equals(id))
        .singleElement()
        .satisfies(f -> {
          assertThat(f.severity()).isEqualTo(Severity.INFO);
          assertThat(f.message()).contains(words);
        });
  }

  private static Consumer<Facts> inside(Consumer<InsideDraft> change) {
    InsideDraft draft = new InsideDraft();
    change.accept(draft);
    return f -> f.inside = draft.inside();
  }

  /** What of the processes a test changes. */
  private static final class InsideDraft {
    List<OpenFile> unsupported = List.of();
    List<OpenFile> unknown = List.of();
    List<OpenFile> devices = List.of();
    List<OpenFile> outside = List.of();
    List<OpenFile> deleted = List.of();
    List<OpenFile> relinked = List.of();
    List<OpenFile> foreignLocks = List.of();
    int locks;
    List<String> remoteMounts = List.of();
    List<String> strangers = List.of();
    List<String> foreign = List.of();
    int established;
    List<Integer> listening = List.of();
    boolean complete = true;

    Inside inside() {
      return new Inside(
          1,
          unsupported,
          unknown,
          devices,
          outside,
          deleted,
          relinked,
          foreignLocks,
          locks,
          remoteMounts,
          strangers,
          foreign,
          established,
          listening,
          complete);
    }
  }

  @Test
  void twinHostsAreFine() {
    Assessment found = judge(s -> {});
    assertThat(found.verdict()).isEqualTo(Verdict.YES);
    assertThat(found.allows(false)).isTrue();
    assertThat(found.findings()).extracting(Finding::severity).containsOnly(Severity.OK);
    assertThat(found.brief().findings()).isEmpty();
    assertThat(found.prediction()).isPresent();
  }

  @Test
  void aHostThatCannotRestoreIsExcluded() {
    Assessment found = judgeTarget(t -> t.problems = List.of("no criu here"));
    assertOnly(found, "host", Severity.REJECT, "b cannot restore", "no criu here");
    Assessment source = judge(s -> s.problems = List.of("no runc here"));
    assertOnly(source, "host", Severity.REJECT, "a cannot dump", "no runc here");
  }

  @Test
  void processesWhoseLimitsCannotBeReadExcludeTheMove() {
    Assessment found = judge(inside(d -> d.foreign = List.of("postgres 12")));
    assertOnly(found, "users", Severity.REJECT, "CAP_SYS_RESOURCE", "postgres 12");
  }

  @Test
  void anotherArchitectureIsExcluded() {
    Assessment found = judgeTarget(t -> t.arch = "aarch64");
    assertOnly(found, "arch", Severity.REJECT, "aarch64", "x86_64");
  }

  @Test
  void missingInstructionsAreNamed() {
    Assessment found =
        judge(s -> s.flags = List.of("fpu", "sse2", "avx2", "avx512f", "sha_ni", "hypervisor"));
    assertOnly(found, "cpu", Severity.RISK, "avx512f, sha_ni", "SIGILL");
  }

  @Test
  void whatIsNoInstructionDoesNotMatter() {
    assertThat(judge(s -> s.flags = List.of("fpu", "ibpb", "constant_tsc", "vmx")).against())
        .isEmpty();
  }

  @Test
  void criusWordOnTheProcessorCountsToo() {
    Assessment found = judgeTarget(t -> t.cpu = TargetFacts.CpuMatch.LACKS);
    assertOnly(found, "cpu", Severity.RISK, "says CRIU");
    assertInfo(
        judge(
            s -> s.flags = List.of(),
            t -> {
              t.flags = List.of();
              t.cpu = TargetFacts.CpuMatch.UNKNOWN;
            }),
        "cpu",
        "could not be compared");
  }

  @Test
  void anOlderKernelIsRiskyOnlyWhenItIsMuchOlder() {
    assertOnly(judgeTarget(t -> t.kernel = "5.10.0"), "kernel", Severity.RISK, "5.10.0", "6.1.0");
    assertInfo(judge(s -> s.kernel = "6.12.1"), "kernel", "6.12.1");
    assertThat(judgeTarget(t -> t.kernel = "6.18.44").against()).isEmpty();
  }

  @Test
  void anOlderCriuMayNotReadTheImages() {
    assertOnly(judgeTarget(t -> t.criu = "3.19"), "criu", Severity.REJECT, "3.19", "4.2.1");
    assertOnly(judgeTarget(t -> t.criu = "4.1.1"), "criu", Severity.RISK, "4.1.1");
    assertThat(judgeTarget(t -> t.criu = "4.3").against()).isEmpty();
  }

  @Test
  void aContainerWithANetworkNeedsTheNetworkLockOnBothSides() {
    assertOnly(
        judgeTarget(t -> t.features = List.of("uffd")), "criu-features", Severity.RISK, "host b");
    assertOnly(judge(s -> s.features = List.of()), "criu-features", Severity.RISK, "host a");
    assertThat(
            judge(
                    s -> {
                      s.features = List.of();
                      s.mode = NetworkMode.HOST;
                    })
                .against())
        .isEmpty();
  }

  @Test
  void anotherRuncMattersOnlyWhenItIsMuchOlder() {
    assertInfo(judgeTarget(t -> t.runc = "1.0.3"), "runc", "1.0.3");
    assertOnly(judge(s -> s.runc = "2.0.0"), "runc", Severity.RISK, "2.0.0");
  }

  @Test
  void cgroupsOfAnotherVersionAreRisky() {
    assertOnly(judgeTarget(t -> t.cgroup = "hybrid"), "cgroup", Severity.RISK, "hybrid", "v2");
    assertThat(judge(s -> s.cgroup = "v1", t -> t.cgroup = "hybrid").against()).isEmpty();
  }

  @Test
  void aTerminalCannotMove() {
    assertOnly(judge(s -> s.terminal = true), "terminal", Severity.REJECT, "terminal");
  }

  @Test
  void anIoUringCannotMove() {
    OpenFile ring = new OpenFile("redis 42", "io_uring", 0);
    Assessment found = judge(inside(i -> i.unsupported = List.of(ring)));
    assertOnly(found, "kernel-objects", Severity.REJECT, "io_uring (redis 42)");
  }

  @Test
  void anUnknownObjectIsRisky() {
    Assessment found = judge(inside(i -> i.unknown = List.of(new OpenFile("x 1", "novelty", 0))));
    assertOnly(found, "unknown-objects", Severity.RISK, "novelty (x 1)");
  }

  @Test
  void anOpenDeviceCannotMove() {
    assertOnly(
        judge(inside(i -> i.devices = List.of(FILE))), "devices", Severity.REJECT, "/some/file");
  }

  @Test
  void aFileOutsideOfTheMountsCannotMove() {
    assertOnly(
        judge(inside(i -> i.outside = List.of(FILE))),
        "outside-files",
        Severity.REJECT,
        "/some/file (redis 42)");
  }

  @Test
  void aDeletedFileIsCarriedAlongUpToTheLimit() {
    assertInfo(
        judge(inside(i -> i.deleted = List.of(FILE))), "deleted-files", "5242880", "/some/file");
    OpenFile huge = new OpenFile("db 1", "/huge", GhostLimit.BYTES + 1);
    Assessment found =
        judge(
            s -> {
              inside(i -> i.deleted = List.of(huge)).accept(s);
              s.dumpFree = Long.MAX_VALUE;
            },
            t -> t.diskFree = Long.MAX_VALUE);
    assertOnly(found, "deleted-files", Severity.REJECT, "/huge", "" + GhostLimit.BYTES);
  }

  @Test
  void aFileThatLostTheNameItWasOpenedByCannotMove() {
    assertOnly(
        judge(inside(i -> i.relinked = List.of(FILE))),
        "relinked-files",
        Severity.REJECT,
        "/some/file");
  }

  @Test
  void ownLocksMoveAndForeignOnesAreRisky() {
    assertInfo(judge(inside(i -> i.locks = 2)), "file-locks", "2 file locks");
    Assessment found =
        judge(
            inside(i -> {
              i.locks = 1;
              i.foreignLocks = List.of(FILE);
            }));
    assertOnly(found, "file-locks", Severity.RISK, "/some/file");
  }

  @Test
  void aNetworkFileSystemInsideIsRisky() {
    assertOnly(
        judge(inside(i -> i.remoteMounts = List.of("nfs4 at /data"))),
        "mounts",
        Severity.RISK,
        "nfs4 at /data");
  }

  @Test
  void aCommandFromOutsideDoesNotMove() {
    assertOnly(
        judge(inside(i -> i.strangers = List.of("sh 99"))), "processes", Severity.RISK, "sh 99");
  }

  @Test
  void connectionsMoveWithTheAddressAndNotWithout() {
    assertInfo(judge(inside(i -> i.established = 3)), "tcp", "3 established");
    Consumer<Facts> connected = inside(i -> i.established = 3);
    Consumer<Facts> stays = connected.andThen(s -> s.tcpMoves = false);
    assertOnly(judge(stays), "tcp", Severity.REJECT, "3 TCP", "tcpEstablished");
    Consumer<Facts> host = s -> s.mode = NetworkMode.HOST;
    assertOnly(judge(stays.andThen(host)), "tcp", Severity.REJECT, "host's network");
    assertOnly(judge(connected.andThen(host)), "tcp", Severity.RISK, "does not move");
  }

  @Test
  void whatWasNotLookedAtIsTold() {
    assertInfo(judge(inside(i -> i.complete = false)), "complete", "more processes");
  }

  @Test
  void tooLittleMemoryOrDiskExcludes() {
    assertOnly(judgeTarget(t -> t.memoryFree = 150 * Facts.MIB), "memory", Severity.REJECT, "157");
    assertOnly(judgeTarget(t -> t.diskFree = 300 * Facts.MIB), "disk", Severity.REJECT, "314");
    assertOnly(judge(s -> s.dumpFree = 150 * Facts.MIB), "dump-space", Severity.REJECT, "host a");
    assertInfo(judgeTarget(t -> t.memoryFree = -1), "memory", "not known");
    assertInfo(judgeTarget(t -> t.diskFree = -1), "disk", "not known");
  }

  @Test
  void aTakenNameOrAddressOrPortExcludes() {
    assertOnly(
        judgeTarget(t -> t.nameTaken = Optional.of("web (1)")), "name", Severity.REJECT, "web (1)");
    assertOnly(
        judgeTarget(t -> t.addressTaken = Optional.of("db (2)")),
        "address",
        Severity.REJECT,
        "10.0.0.5",
        "db (2)");
    assertOnly(
        judge(s -> s.mode = NetworkMode.HOST, t -> t.portsTaken = List.of(6379)),
        "ports",
        Severity.REJECT,
        "6379");
  }

  @Test
  void aBindMountIsMissingOrItsContentStaysBehind() {
    BindMount writable = new BindMount("/srv/data", "/data", true, "8:1");
    BindMount readOnly = new BindMount("/srv/data", "/data", false, "8:1");
    Consumer<Facts> here = s -> s.binds = List.of(writable);
    assertOnly(
        judge(here, t -> t.bindSources = List.of("")),
        "bind-mounts",
        Severity.REJECT,
        "/srv/data",
        "host b");
    assertOnly(judge(here, t -> t.bindSources = List.of()), "bind-mounts", Severity.REJECT, "b");
    Consumer<Facts> elsewhere =
        t -> {
          t.bindSources = List.of("8:1");
          t.boot = "another";
        };
    assertOnly(judge(here, elsewhere), "bind-mounts", Severity.RISK, "does not move");
    assertInfo(judge(s -> s.binds = List.of(readOnly), elsewhere), "bind-mounts", "same content");
    assertThat(judge(here, t -> t.bindSources = List.of("8:1")).against())
        .as("the same directory, on one machine")
        .isEmpty();
  }

  @Test
  void theWeightiestFindingComesFirstAndDecides() {
    Assessment found =
        judge(s -> {
          s.terminal = true;
          s.kernel = "7.0";
          s.runc = "1.2";
        });
    assertThat(found.verdict()).isEqualTo(Verdict.NO);
    assertThat(found.findings()).extracting(Finding::id).startsWith("terminal", "kernel", "runc");
    assertThat(found.brief().findings()).hasSize(3);
  }

  @Test
  void everyCheckIsInTheGuide() throws IOException {
    String guide = Files.readString(Path.of("..", "docs", "preflight.md"));
    List<String> ids = new ArrayList<>(List.of("busy", "complete", "relinked-files"));
    judge(s -> {}).findings().forEach(f -> ids.add(f.id()));
    assertThat(ids).allSatisfy(id -> assertThat(guide).contains("`" + id + "`"));
    assertThat(ids).hasSizeGreaterThan(20);
  }

  @Test
  void anAssessmentAndItsFactsSurviveTheWire() {
    Facts facts = new Facts();
    facts.binds = List.of(new BindMount("/a", "/b", true, "1:2"));
    inside(i -> i.deleted = List.of(FILE)).accept(facts);
    ContainerFacts container = facts.container();
    TargetFacts target = facts.target();
    Assessment found = Judgement.assess(container, target, MigrationOptions.DEFAULT, Rates.USUAL);
    assertThat(WireCodec.decode(WireCodec.encode(container), ContainerFacts.class))
        .isEqualTo(container);
    assertThat(WireCodec.decode(WireCodec.encode(target), TargetFacts.class)).isEqualTo(target);
    assertThat(WireCodec.decode(WireCodec.encode(found), Assessment.class)).isEqualTo(found);
  }
}
