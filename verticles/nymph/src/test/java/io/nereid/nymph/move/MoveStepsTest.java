package io.nereid.nymph.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.config.CriuConfig;
import io.nereid.config.NetworkConfig;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.RandomHex;
import io.nereid.domain.id.Term;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.migration.Mode;
import io.nereid.domain.migration.NoConverge;
import io.nereid.domain.migration.Round;
import io.nereid.domain.volume.VolumeMount;
import io.nereid.fault.FaultPoints;
import io.nereid.nymph.HostBasics;
import io.nereid.nymph.NymphCore;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.criu.Checkpointer;
import io.nereid.nymph.criu.CriuSetting;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.MountTable;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.net.BridgeNetwork;
import io.nereid.nymph.pages.LazyPages;
import io.nereid.nymph.probe.SystemHostProbe;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.nymph.testing.SilentSockets;
import io.nereid.nymph.track.Trackers;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.process.ProgramEnvironment;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import io.nereid.protocol.message.StepMessages.Fate;
import io.nereid.protocol.message.StepMessages.StepCommand;
import io.nereid.protocol.message.StepMessages.StepReply;
import io.nereid.protocol.message.StepMessages.StepRequest;
import io.nereid.protocol.message.StepMessages.StepResult;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts in one process; their containers are on one bridge that exists for the test only. */
@RequiresRuntime
class MoveStepsTest {
  private static final String COUNT =
      "i=0; while :; do i=$((i+1)); echo $i; echo $i > /last; sleep 0.02;"
          + " if [ -e /write ]; then rm /write; busybox awk \"$WRITER\" & fi; done";

  /** Rewrites each element of a large array in turn, and tells when one is not what it was. */
  private static final String WRITER =
      "BEGIN { n = 30000; for (i = 0; i < n; i++) a[i] = 0; for (g = 0; ; g++) {"
          + " for (i = 0; i < n; i++) { if (a[i] != g) print i >> \"/bad\"; a[i] = g + 1 }"
          + " print g >> \"/generations\"; fflush() } }";

  private static final Epoch E1 = new Epoch(1);
  private static final Epoch E2 = new Epoch(2);
  private static final Epoch E3 = new Epoch(3);

  @TempDir Path dir;
  private final String run = RandomHex.ofBytes(3);
  private final String bridge = "nrm" + run;
  private MigrationId migration = MigrationId.random();
  private final NetworkSpec spec =
      new NetworkSpec(
          NetworkMode.BRIDGE,
          Optional.of("10.94.0.5/24"),
          Optional.empty(),
          Optional.of("02:6e:0a:5e:00:05"));
  private Host a;
  private Host b;

  private final class Host {
    final NodeId node;
    final HostPaths paths;
    final CopyingTransfer transfer;
    NymphCore core;
    MoveSteps steps;
    LazyPages lazyPages;
    long lazyFromBytes;
    int roundsMax = 8;

    Host(String name) {
      node = new NodeId(name + "-" + run);
      Path base = dir.resolve(name);
      paths = new HostPaths(node, base.resolve("data"), base.resolve("run"), base.resolve("dumps"));
      transfer = new CopyingTransfer(paths.data().resolve("transfer"), dir.resolve("layers"));
      open();
    }

    void open() {
      ProgramEnvironment programs = ProgramEnvironment.from(System.getenv());
      HostBasics basics = HostBasics.open(paths, programs);
      BridgeNetwork network =
          new BridgeNetwork(
              basics.runner(),
              basics.runner(),
              paths,
              basics.journal(),
              new NetworkConfig(bridge, Optional.empty(), "10.94.0.0/24", Optional.empty()));
      core =
          NymphCore.open(
              basics, network, transfer, SilentSockets.of(paths), List.of(), Clock.systemUTC());
      CriuSetting setting = CriuSetting.prepare(paths, basics.runner(), programs);
      lazyPages = new LazyPages(basics.runner(), basics.watch(), setting.wrapper());
      steps =
          new MoveSteps(
              new MoveParts(
                  core,
                  transfer,
                  new Checkpointer(
                      basics.runner(),
                      core.runc(),
                      setting,
                      basics.watch(),
                      Duration.ofSeconds(60)),
                  lazyPages,
                  new CriuConfig(
                      paths.dumps(), CriuConfig.TcpEstablished.AUTO, 60_000, lazyFromBytes),
                  new AheadEffort(roundsMax, 1, 0),
                  new Trackers(basics.runner()),
                  new SystemHostProbe(basics.runner()),
                  (target, request) -> (target.equals(a.node) ? a : b).steps.announce(request),
                  FaultPoints.NONE,
                  Clock.systemUTC()));
      core.adoption().run(steps.reserved());
      steps.resume();
    }

    /** What a killed daemon leaves: everything that is not memory. */
    void restart() {
      steps.close();
      core.sockets().close();
      core.basics().close();
      open();
    }

    StepReply ask(Epoch epoch, StepCommand command) {
      StepRequest request =
          new StepRequest(migration, id, new Fence(new Term(1), epoch), command, 2_000);
      StepReply[] reply = {null};
      await()
          .atMost(Duration.ofSeconds(40))
          .pollDelay(Duration.ZERO)
          .until(() -> {
            reply[0] = steps.step(request);
            return !(reply[0] instanceof StepReply.Running);
          });
      return reply[0];
    }

    StepResult done(Epoch epoch, StepCommand command) {
      StepReply reply = ask(epoch, command);
      assertThat(reply).isInstanceOf(StepReply.Done.class);
      return ((StepReply.Done) reply).result();
    }

    String log() throws IOException {
      return Files.readString(paths.container(id).log());
    }

    long count() throws IOException {
      String[] lines = log().split("\n");
      return Long.parseLong(lines[lines.length - 1].replaceAll(".* ", ""));
    }

    ContainerState state() {
      return core.view().of(id).state();
    }

    void assertNothingOf() {
      assertThat(core.store().find(id)).isEmpty();
      assertThat(core.runc().list()).isEmpty();
      assertThat(core.cgroups().exists(paths.cgroup(id))).isFalse();
      assertThat(MountTable.read().below(dir.resolve(node.value().substring(0, 1)))).isEmpty();
      assertThat(core.network().namespace(id)).isEmpty();
      assertThat(core.basics().journal().all()).isEmpty();
      assertThat(paths.dumps(id)).doesNotExist();
      assertThat(steps.reserved()).isEmpty();
      assertThat(core.volumes().store().all()).isEmpty();
      assertThat(volume().getParent()).isEmptyDirectory();
    }

    Path volume() {
      return paths.data().resolve("volumes/data").resolve(VOLUME.value());
    }
  }

  private static final VolumeName VOLUME = new VolumeName("state");
  private final ContainerId id = ContainerId.random();

  @BeforeEach
  void start() throws IOException {
    a = new Host("a");
    b = new Host("b");
    Path bundle =
        BusyboxBundle.make(
            dir.resolve("bundle"),
            COUNT,
            c -> c.withObject("/process").withArray("env").add("WRITER=" + WRITER));
    a.core.volumes().store().make(VOLUME, false, Optional.empty());
    ContainerStatus status =
        a.core
            .service()
            .create(
                new CreateRequest(
                    new Fence(new Term(1), E1),
                    id,
                    new ContainerName("counter"),
                    bundle.toString(),
                    spec,
                    true,
                    Optional.empty(),
                    List.of(new VolumeMount(VOLUME, "/state", false))));
    Files.writeString(a.volume().resolve("file"), "of the volume");
    assertThat(status.state()).isEqualTo(ContainerState.RUNNING);
    await().until(() -> a.count() > 3);
  }

  @AfterEach
  void stop() {
    for (Host host : List.of(a, b)) {
      host.core.store().find(id).ifPresent(r -> host.core.life().erase(id));
      host.core.cgroups().remove(host.paths.cgroupParent());
      assertThat(host.core.cgroups().exists(host.paths.cgroupParent())).isFalse();
      host.steps.close();
      host.core.sockets().close();
      host.core.basics().close();
    }
    assertThat(Files.exists(Path.of("/sys/class/net", bridge))).isFalse();
    assertThat(MountTable.read().below(dir)).isEmpty();
  }

  private TransferTicket prepare() {
    var described = (StepResult.Described) a.done(E1, new StepCommand.Describe());
    assertThat(b.done(E1, new StepCommand.Check(described.facts())))
        .isInstanceOf(StepResult.Checked.class);
    return ((StepResult.Prepared) b.done(E1, new StepCommand.Prepare(described.move(), a.node)))
        .ticket();
  }

  private TransferTicket upToDump() {
    TransferTicket ticket = prepare();
    a.done(
        E1, new StepCommand.SendAhead(ticket, b.node, MigrationOptions.DEFAULT, 250, 200L << 20));
    a.done(E1, new StepCommand.Freeze(b.node));
    assertThat(a.state()).isEqualTo(ContainerState.FROZEN);
    a.done(E1, new StepCommand.Dump());
    assertThat(a.state()).isEqualTo(ContainerState.FROZEN);
    return ticket;
  }

  @Test
  void aCounterMovesAndGoesOnWhereItWas() throws IOException {
    TransferTicket ticket = upToDump();
    long before = a.count();
    a.done(E1, new StepCommand.SendDelta(ticket, 0));
    b.done(E2, new StepCommand.Restore());
    assertThat(b.state()).isEqualTo(ContainerState.RUNNING);
    assertThat(b.core.view().of(id).moves()).isEqualTo(1);
    await().until(() -> b.count() > before + 3);
    assertThat(b.log().lines().filter(l -> l.endsWith(" " + (before + 1)))).hasSize(1);
    assertThat(a.state()).isEqualTo(ContainerState.FROZEN);
    assertThat(a.volume().resolve("file")).hasContent("of the volume");
    a.done(E2, new StepCommand.Release());
    a.assertNothingOf();
    assertThat(b.volume().resolve("file")).hasContent("of the volume");
    assertThat(b.core.volumes().store().all())
        .singleElement()
        .matches(v -> v.users().getFirst().id().equals(id));
    assertThat(a.transfer.retained).containsKey(id);
    var fate = (StepResult.TargetState) b.done(E2, new StepCommand.Query());
    assertThat(fate.fate()).isEqualTo(Fate.RUNNING);
    assertThat(((StepReply.Failed) b.ask(E2, new StepCommand.Discard())).failure().code())
        .isEqualTo(FailureCode.WRONG_STATE);
  }

  @Test
  void memoryThatWasSentAheadIsNeitherDumpedNorSentAgain() throws IOException {
    TransferTicket ticket = upToDump();
    Path dumps = a.paths.dumps(id);
    Path images = dumps.resolve("final-" + migration.value()).resolve("images");
    Path memory = images.resolve("memory");
    long ahead = bytesOf(dumps.resolve("ahead-" + migration.value()));
    assertThat(bytesOf(images) - bytesOf(memory)).as("written by CRIU").isLessThan(ahead);
    assertThat(pagesInParent(memory) * PagemapFile.PAGE_BYTES).isPositive();
    a.done(E1, new StepCommand.SendDelta(ticket, 0));
    b.done(E2, new StepCommand.Restore());
    await().until(() -> b.transfer.retained.containsKey(id));
    assertThat(b.transfer.lastImages).contains("memory", "parent");
    a.done(E2, new StepCommand.Release());
  }

  @Test
  void criuWritesWarningsAndErrorsOnlyWhileAContainerIsFrozen() throws IOException {
    upToDump();
    Path work = a.paths.dumps(id).resolve("final-" + migration.value()).resolve("work");
    assertThat(Files.readAllLines(work.resolve("dump.log")))
        .allMatch(line -> line.contains("Warn") || line.contains("Error"));
    a.done(E2, new StepCommand.Thaw());
    b.done(E2, new StepCommand.Discard());
  }

  private static long pagesInParent(Path memory) throws IOException {
    return PagemapFile.read(memory.resolve("pagemap-1.img")).areas().stream()
        .filter(area -> area.is(PagemapFile.PARENT))
        .mapToLong(PagemapFile.Area::pages)
        .sum();
  }

  private static long bytesOf(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      return files
          .filter(f -> f.toString().contains("pages-"))
          .mapToLong(f -> f.toFile().length())
          .sum();
    }
  }

  @Test
  void aContainerRunsBeforeAllOfItsMemoryIsInPlace() throws IOException {
    b.lazyFromBytes = 1;
    b.restart();
    TransferTicket ticket = upToDump();
    Path work = b.paths.dumps(id).resolve("restore-" + migration.value());
    assertThat(b.lazyPages.isPrepared(work)).isTrue();
    long before = a.count();
    a.done(E1, new StepCommand.SendDelta(ticket, 0));
    b.done(E2, new StepCommand.Restore());
    await().until(() -> b.count() > before + 3);
    await().until(() -> b.transfer.retained.containsKey(id));
    assertThat(b.transfer.lastImages).contains("memory", "parent");
    await().until(() -> !Files.exists(work));
    assertThat(b.state()).isEqualTo(ContainerState.RUNNING);
    a.done(E2, new StepCommand.Release());
    a.assertNothingOf();
  }

  @Test
  void aPageServerThatNobodyNeedsEndsWithTheReservation() {
    b.lazyFromBytes = 1;
    b.restart();
    prepare();
    Path work = b.paths.dumps(id).resolve("restore-" + migration.value());
    assertThat(b.lazyPages.isPrepared(work)).isTrue();
    b.done(E2, new StepCommand.Discard());
    assertThat(b.lazyPages.isPrepared(work)).isFalse();
    assertThat(processesNaming(work)).isEmpty();
    b.assertNothingOf();
  }

  private static List<String> processesNaming(Path work) {
    return ProcessHandle.allProcesses()
        .map(p -> p.info().commandLine().orElse(""))
        .filter(line -> line.contains(work.toString()))
        .toList();
  }

  @Test
  void afterADumpTheSourceRunsOnWhenItIsThawed() throws IOException {
    upToDump();
    long frozen = a.count();
    a.done(E2, new StepCommand.Thaw());
    b.done(E2, new StepCommand.Discard());
    await().until(() -> a.count() > frozen + 3);
    assertThat(a.core.view().of(id).hold()).isEmpty();
    b.assertNothingOf();
    StepRequest late =
        new StepRequest(
            migration, id, new Fence(new Term(1), E1), new StepCommand.Release(), 2_000);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> a.steps.step(late))
        .hasMessageContaining("epoch");
  }

  private void assertStagedAndNotRunning() {
    await()
        .until(() ->
            b.core
                .store()
                .find(id)
                .filter(r -> r.stage() == ContainerRecord.Stage.STAGED)
                .isPresent());
    assertThat(b.core.view().all()).as("what is only prepared is not reported").isEmpty();
    assertThat(b.core.runtime().pid(id)).isEmpty();
    var fate = (StepResult.TargetState) b.done(E1, new StepCommand.Query());
    assertThat(fate.fate()).isEqualTo(Fate.ABSENT);
  }

  @Test
  void aRestoreThatIsPreparedButNeverAllowedLeavesNothing() throws IOException {
    TransferTicket ticket = upToDump();
    long frozen = a.count();
    a.done(E1, new StepCommand.SendDelta(ticket, 0));
    assertStagedAndNotRunning();
    b.done(E2, new StepCommand.Discard());
    b.assertNothingOf();
    a.done(E2, new StepCommand.Thaw());
    await().until(() -> a.count() > frozen + 3);
  }

  @Test
  void aPreparedRestoreEndsWithTheDaemonThatPreparedIt() {
    TransferTicket ticket = upToDump();
    a.done(E1, new StepCommand.SendDelta(ticket, 0));
    assertStagedAndNotRunning();
    b.restart();
    b.assertNothingOf();
    assertThat(processesNaming(b.paths.dumps(id))).isEmpty();
    a.done(E2, new StepCommand.Thaw());
  }

  @Test
  void aFrozenSourceGoesOnWithoutBeingAsked() {
    TransferTicket ticket = prepare();
    a.done(
        E1, new StepCommand.SendAhead(ticket, b.node, MigrationOptions.DEFAULT, 250, 200L << 20));
    var then = new StepCommand.SendDelta(ticket, 0);
    a.done(E1, new StepCommand.Freeze(b.node, Optional.of(then)));
    assertStagedAndNotRunning();
    a.done(E1, new StepCommand.Dump());
    a.done(E1, then);
    b.done(E2, new StepCommand.Restore());
    assertThat(b.state()).isEqualTo(ContainerState.RUNNING);
    a.done(E2, new StepCommand.Release());
  }

  /** Freezes with what follows unasked, up to where the target may restore. */
  private StepCommand.SendDelta upToGrant() {
    TransferTicket ticket = prepare();
    a.done(
        E1, new StepCommand.SendAhead(ticket, b.node, MigrationOptions.DEFAULT, 250, 200L << 20));
    var then = new StepCommand.SendDelta(ticket, 0);
    a.done(E1, new StepCommand.Freeze(b.node, Optional.of(then)));
    a.done(E1, new StepCommand.Dump());
    a.done(E1, then);
    return then;
  }

  private List<SetLabel> sentFrozen() {
    return a.transfer.sends.stream().map(SendRequest::label).filter(SetLabel::isOfFrozen).toList();
  }

  @Test
  void filesGoWhileCriuDumpsAndImagesAfterThem() throws IOException {
    List<String> prepared = new java.util.concurrent.CopyOnWriteArrayList<>();
    a.transfer.beforeSend =
        request -> {
          if (request.label() == SetLabel.FINAL) {
            prepared.addAll(processesNaming(b.paths.dumps(id)));
          }
        };
    upToGrant();
    assertThat(sentFrozen()).containsExactly(SetLabel.FILES, SetLabel.FINAL);
    assertThat(a.transfer.sends.getLast().trees())
        .extracting(Tree::kind)
        .doesNotContain(TreeKind.UPPER);
    assertThat(prepared).as("runc was started before the images came").isNotEmpty();
    long frozen = a.count();
    b.done(E2, new StepCommand.Restore());
    await().until(() -> b.count() > frozen + 3);
    a.done(E2, new StepCommand.Release());
    a.assertNothingOf();
  }

  @Test
  void filesThatDidNotArriveWhileCriuDumpedGoWithTheImages() throws IOException {
    a.transfer.beforeSend =
        request -> {
          if (request.label() == SetLabel.FILES) {
            throw new FailureException(Failure.of(FailureCode.CONNECTION_LOST, "cut", ""));
          }
        };
    upToGrant();
    assertThat(a.transfer.sends.getLast().trees()).extracting(Tree::kind).contains(TreeKind.UPPER);
    long frozen = a.count();
    b.done(E2, new StepCommand.Restore());
    await().until(() -> b.count() > frozen + 3);
    a.done(E2, new StepCommand.Release());
  }

  @Test
  void whatWasLoggedAfterTheLogWasSentArrivesToo() throws IOException {
    String late = "2026-01-01T00:00:00.000000000+00:00 stdout F late";
    a.transfer.afterSend =
        request -> {
          if (request.label() == SetLabel.FILES) {
            append(a.paths.container(id).log(), late + "\n");
          }
        };
    upToGrant();
    b.done(E2, new StepCommand.Restore());
    await().until(() -> b.log().contains(late));
    assertThat(b.log().lines().toList()).doesNotHaveDuplicates();
    a.done(E2, new StepCommand.Release());
  }

  private static void append(Path file, String text) {
    try {
      Files.writeString(file, text, java.nio.file.StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aSourceThatWasGivenUpWhileFreezingDoesNotGoOn() {
    TransferTicket ticket = prepare();
    a.done(
        E1, new StepCommand.SendAhead(ticket, b.node, MigrationOptions.DEFAULT, 250, 200L << 20));
    a.done(E1, new StepCommand.AbortSend());
    var then = new StepCommand.SendDelta(ticket, 0);
    StepRequest late =
        new StepRequest(
            migration,
            id,
            new Fence(new Term(1), E1),
            new StepCommand.Freeze(b.node, Optional.of(then)),
            2_000);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> a.steps.step(late))
        .hasMessageContaining("given up");
    assertThat(a.paths.dumps(id)).doesNotExist();
    assertThat(processesNaming(a.paths.dumps(id))).isEmpty();
    b.done(E2, new StepCommand.Discard());
    b.assertNothingOf();
  }

  @Test
  void aSourceThatOnlySentAheadLetsGoWhenSendingIsEnded() {
    TransferTicket ticket = prepare();
    a.done(
        E1, new StepCommand.SendAhead(ticket, b.node, MigrationOptions.DEFAULT, 250, 200L << 20));
    assertThat(a.core.view().of(id).hold()).isPresent();
    a.done(E1, new StepCommand.AbortSend());
    assertThat(a.core.view().of(id).hold()).isEmpty();
    assertThat(a.state()).isEqualTo(ContainerState.RUNNING);
    StepRequest late =
        new StepRequest(
            migration, id, new Fence(new Term(1), E1), new StepCommand.Freeze(b.node), 2_000);
    org.assertj.core.api.Assertions.assertThatThrownBy(() -> a.steps.step(late))
        .hasMessageContaining("too late");
    assertThat(a.state()).isEqualTo(ContainerState.RUNNING);
    b.done(E1, new StepCommand.Discard());
    b.assertNothingOf();
  }

  @Test
  void aFrozenSourceStaysHeldWhenSendingIsEnded() {
    upToDump();
    a.done(E1, new StepCommand.AbortSend());
    assertThat(a.core.view().of(id).hold()).isPresent();
    assertThat(a.state()).isEqualTo(ContainerState.FROZEN);
    a.done(E2, new StepCommand.Thaw());
    b.done(E2, new StepCommand.Discard());
  }

  @Test
  void aRestoreThatFailsLeavesNothingAndSaysWhatCriuSaid() throws IOException {
    TransferTicket ticket = upToDump();
    a.done(E1, new StepCommand.SendDelta(ticket, 0));
    Path images =
        b.transfer
            .received(migration, io.nereid.port.SetLabel.FINAL)
            .roots()
            .get(io.nereid.port.TreeKind.IMAGES);
    Files.delete(images.resolve("memory/pages-1.img"));
    var failed = (StepReply.Failed) b.ask(E2, new StepCommand.Restore());
    assertThat(failed.failure().code()).isEqualTo(FailureCode.CRIU_FAILED);
    assertThat(failed.failure().message()).contains("CRIU says");
    assertThat(failed.failure().remedy())
        .as(failed.failure().toString())
        .endsWith("(docs/troubleshooting.md#image-damaged)");
    assertThat(String.join("\n", failed.failure().evidence())).contains("kept: ");
    b.assertNothingOf();
    var fate = (StepResult.TargetState) b.done(E2, new StepCommand.Query());
    assertThat(fate.fate()).isEqualTo(Fate.ABSENT);
    b.done(E2, new StepCommand.Discard());
    a.done(E3, new StepCommand.Thaw());
    long frozen = a.count();
    await().until(() -> a.count() > frozen + 3);
  }

  @Test
  void aSourceThatIsRestartedKeepsTheContainerFrozenUntilItIsTold() throws IOException {
    upToDump();
    a.restart();
    assertThat(a.state()).isEqualTo(ContainerState.FROZEN);
    assertThat(a.core.view().of(id).hold()).isPresent();
    long frozen = a.count();
    a.done(E2, new StepCommand.Thaw());
    await().until(() -> a.count() > frozen + 3);
    b.done(E2, new StepCommand.Discard());
    b.assertNothingOf();
  }

  @Test
  void aTargetThatIsRestartedForgetsWhatWasOnlyReserved() {
    prepare();
    b.restart();
    b.assertNothingOf();
    var fate = (StepResult.TargetState) b.done(E1, new StepCommand.Query());
    assertThat(fate.fate()).isEqualTo(Fate.ABSENT);
  }

  @Test
  void aTargetThatIsRestartedAfterTheRestoreStillHasTheContainer() throws IOException {
    TransferTicket ticket = upToDump();
    a.done(E1, new StepCommand.SendDelta(ticket, 0));
    b.done(E2, new StepCommand.Restore());
    b.restart();
    var fate = (StepResult.TargetState) b.done(E2, new StepCommand.Query());
    assertThat(fate.fate()).isEqualTo(Fate.RUNNING);
    long count = b.count();
    await().until(() -> b.count() > count + 3);
    a.done(E2, new StepCommand.Release());
    a.assertNothingOf();
    assertThat(Map.copyOf(a.transfer.retained)).containsKey(id);
  }

  /** With a process in the container that rewrites its memory all the time. */
  @Nested
  class Rounds {
    private TransferTicket ticket;

    @BeforeEach
    void write() throws IOException {
      Files.createFile(a.paths.container(id).rootfs().resolve("write"));
      await().until(() -> generations(a) > 2);
      ticket = prepare();
    }

    @AfterEach
    void discard() {
      // Nothing is left of it where it has arrived or was discarded before.
      b.ask(E3, new StepCommand.Discard());
    }

    private long generations(Host host) throws IOException {
      Path file = host.paths.container(id).upper().resolve("generations");
      return Files.exists(file) ? Files.lines(file).count() : 0;
    }

    /** The downtime can never be kept: a byte takes a microsecond. */
    private StepCommand.SendAhead hopeless(NoConverge policy) {
      MigrationOptions options = new MigrationOptions(Mode.AUTO, 10, policy, 0, false);
      return new StepCommand.SendAhead(ticket, b.node, options, 250, 1_000_000);
    }

    private Path quota() {
      return a.core.cgroups().cpuQuotaFile(a.paths.cgroup(id)).orElseThrow();
    }

    private String quotaText() throws IOException {
      return Files.readString(quota()).strip();
    }

    private List<Resource> heldBack() {
      return a.core.basics().journal().of(id).stream()
          .filter(Resource.CpuQuota.class::isInstance)
          .toList();
    }

    @Test
    void memoryThatCameInRoundsIsThatOfTheFrozenContainer() throws IOException {
      String before = quotaText();
      List<String> quotas = new CopyOnWriteArrayList<>();
      a.transfer.beforeSend =
          request -> {
            try {
              quotas.add(quotaText());
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          };
      var sent = (StepResult.Sent) a.done(E1, hopeless(NoConverge.THROTTLE));
      List<Round> rounds = sent.rounds().rounds();
      assertThat(rounds).hasSizeBetween(3, 8);
      assertThat(rounds.getFirst().changedBytes()).isEqualTo(rounds.getFirst().memoryBytes());
      assertThat(rounds.getLast().changedBytes()).isBetween(4096L, rounds.getLast().memoryBytes());
      assertThat(rounds.getLast().cpuPercent()).isPositive();
      assertThat(sent.rounds().why()).isNotBlank();
      assertThat(quotas.getFirst()).isEqualTo(before);
      assertThat(quotas.getLast()).isNotEqualTo(before);
      assertThat(quotaText()).isEqualTo(before);
      assertThat(heldBack()).isEmpty();
      assertThat(a.paths.dumps(id).resolve("ahead-" + migration.value()).resolve("round"))
          .doesNotExist();
      a.done(E1, new StepCommand.Freeze(b.node));
      a.done(E1, new StepCommand.Dump());
      a.transfer.beforeSend = request -> {};
      a.done(E1, new StepCommand.SendDelta(ticket, 0));
      b.done(E2, new StepCommand.Restore());
      long moved = generations(b);
      await().until(() -> generations(b) > moved + 3);
      assertThat(b.paths.container(id).upper().resolve("bad")).doesNotExist();
      a.done(E2, new StepCommand.Release());
      a.assertNothingOf();
    }

    @Test
    void memoryThatCameInRoundsComesPageByPage() throws IOException {
      b.done(E1, new StepCommand.Discard());
      b.lazyFromBytes = 1;
      b.restart();
      var described = (StepResult.Described) a.done(E1, new StepCommand.Describe());
      MigrationId other = MigrationId.random();
      migration = other;
      ticket =
          ((StepResult.Prepared) b.done(E1, new StepCommand.Prepare(described.move(), a.node)))
              .ticket();
      a.done(E1, hopeless(NoConverge.THROTTLE));
      a.done(E1, new StepCommand.Freeze(b.node));
      a.done(E1, new StepCommand.Dump());
      a.done(E1, new StepCommand.SendDelta(ticket, 0));
      b.done(E2, new StepCommand.Restore());
      long moved = generations(b);
      await().until(() -> generations(b) > moved + 3);
      assertThat(b.paths.container(id).upper().resolve("bad")).doesNotExist();
      await().until(() -> b.transfer.retained.containsKey(id));
      assertThat(b.transfer.lastImages).contains("memory", "parent");
      a.done(E2, new StepCommand.Release());
    }

    @Test
    void aMoveThatDoesNotConvergeCanBeGivenUpBeforeAnythingIsFrozen() throws IOException {
      var failed = (StepReply.Failed) a.ask(E1, hopeless(NoConverge.ABORT));
      assertThat(failed.failure().code()).isEqualTo(FailureCode.NOT_CONVERGING);
      assertThat(failed.failure().message()).contains("MiB/s are rewritten");
      assertThat(failed.failure().remedy()).contains("--max-downtime");
      assertThat(a.state()).isEqualTo(ContainerState.RUNNING);
      a.done(E1, new StepCommand.AbortSend());
      assertThat(a.core.view().of(id).hold()).isEmpty();
      b.done(E1, new StepCommand.Discard());
      b.assertNothingOf();
    }

    @Test
    void aMoveThatDoesNotConvergeIsAcceptedByDefault() {
      var sent = (StepResult.Sent) a.done(E1, hopeless(NoConverge.ACCEPT));
      assertThat(sent.rounds().rounds()).isNotEmpty();
      assertThat(sent.rounds().converged()).isFalse();
      assertThat(sent.rounds().dirtyBytesPerSecond()).isPresent();
    }

    @Test
    void aRoundThatIsNotWantedAnyMoreEndsAndHoldsNothingBack() throws IOException {
      String before = quotaText();
      a.transfer.beforeSend =
          request -> {
            if (request.label() == SetLabel.ROUND) {
              Thread.ofVirtual().start(() -> a.ask(E1, new StepCommand.AbortSend()));
              await().until(() -> a.steps.isGivenUp(migration));
            }
          };
      var failed = (StepReply.Failed) a.ask(E1, hopeless(NoConverge.THROTTLE));
      assertThat(failed.failure().code()).isEqualTo(FailureCode.CANCELLED);
      assertThat(quotaText()).isEqualTo(before);
      await().until(() -> a.core.view().of(id).hold().isEmpty());
      assertThat(a.state()).isEqualTo(ContainerState.RUNNING);
    }

    @Test
    void aDaemonThatIsKilledWhileItHoldsTheContainerBackGivesItsTimeBackWhenItStarts()
        throws IOException {
      String before = quotaText();
      CountDownLatch throttled = new CountDownLatch(1);
      CountDownLatch killed = new CountDownLatch(1);
      a.transfer.beforeSend =
          request -> {
            if (request.label() == SetLabel.ROUND) {
              throttled.countDown();
              try {
                killed.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
              throw new IllegalStateException("the daemon is dead");
            }
          };
      MoveSteps first = a.steps;
      StepRequest request =
          new StepRequest(
              migration, id, new Fence(new Term(1), E1), hopeless(NoConverge.THROTTLE), 0);
      first.step(request);
      await().until(() -> throttled.getCount() == 0);
      assertThat(quotaText()).isNotEqualTo(before);
      assertThat(heldBack()).hasSize(1);
      a.open();
      assertThat(quotaText()).isEqualTo(before);
      assertThat(heldBack()).isEmpty();
      assertThat(a.state()).isEqualTo(ContainerState.RUNNING);
      killed.countDown();
      await().until(() -> first.step(request) instanceof StepReply.Failed);
    }

    @Test
    void afterAWaitOnlyWhatDoesNotFitIsSentAgain() {
      StepCommand.SendAhead easy =
          new StepCommand.SendAhead(
              ticket, b.node, MigrationOptions.DEFAULT, 250, 1_000_000_000_000L);
      a.done(E1, easy);
      int before = a.transfer.sends.size();
      var caughtUp = (StepResult.Sent) a.done(E1, new StepCommand.CatchUp(easy));
      assertThat(caughtUp.rounds().rounds()).isEmpty();
      assertThat(a.transfer.sends).hasSize(before);
    }
  }
}
