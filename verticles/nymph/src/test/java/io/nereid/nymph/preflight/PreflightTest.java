package io.nereid.nymph.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.migration.MigrationOptions;
import io.nereid.domain.preflight.Assessment;
import io.nereid.domain.preflight.ContainerFacts;
import io.nereid.domain.preflight.Finding;
import io.nereid.domain.preflight.Judgement;
import io.nereid.domain.preflight.Rates;
import io.nereid.domain.preflight.Severity;
import io.nereid.domain.preflight.TargetFacts;
import io.nereid.domain.preflight.Verdict;
import io.nereid.nymph.criu.Checkpointer;
import io.nereid.nymph.criu.CriuSetting;
import io.nereid.nymph.probe.SystemHostProbe;
import io.nereid.nymph.testing.BusyboxBundle;
import io.nereid.nymph.testing.TestHost;
import io.nereid.process.Command;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Facts about real containers, judged for a second host on the same machine. */
@RequiresRuntime
class PreflightTest {
  private static final SystemProcessRunner RUNNER = SystemProcessRunner.ofThisHost();
  private static final SystemHostProbe PROBE = new SystemHostProbe(RUNNER);
  private static final String IDLE = "echo ready; while :; do sleep 0.2; done";
  private static final int BIG_MIB = 3;

  @TempDir Path dir;
  private TestHost a;
  private TestHost b;

  @BeforeEach
  void open() {
    a = new TestHost(dir.resolve("a"));
    b = new TestHost(dir.resolve("b"));
  }

  @AfterEach
  void close() throws IOException {
    a.close();
    b.close();
  }

  private ContainerStatus run(String script, Consumer<ObjectNode> change) throws IOException {
    ContainerStatus status = a.run(BusyboxBundle.make(dir.resolve("bundle"), script, change));
    await().atMost(Duration.ofSeconds(10)).until(() -> a.log(status.id()).contains("ready"));
    return a.core.view().of(status.id());
  }

  private ContainerFacts facts(ContainerStatus status) {
    var record = a.core.store().get(status.id());
    return new Preflight(a.core, PROBE, r -> true).source(record, status, 1 << 20, () -> -1);
  }

  private Assessment assess(ContainerFacts facts) {
    TargetFacts there = new Preflight(b.core, PROBE, r -> true).target(facts);
    return Judgement.assess(facts, there, MigrationOptions.DEFAULT, Rates.USUAL);
  }

  private static List<Finding> of(Assessment found, String id) {
    return found.findings().stream().filter(f -> f.id().equals(id)).toList();
  }

  @Test
  void anOrdinaryContainerMovesWithoutAnyRisk() throws IOException {
    ContainerFacts facts = facts(run(IDLE, c -> {}));
    assertThat(facts.inside().processes()).isGreaterThanOrEqualTo(1);
    assertThat(facts.inside().complete()).isTrue();
    assertThat(facts.memoryBytes()).isBetween(10_000L, 50L << 20);
    Assessment found = assess(facts);
    assertThat(found.against()).isEmpty();
    assertThat(found.verdict()).isEqualTo(Verdict.YES);
    assertThat(found.findings())
        .extracting(Finding::severity)
        .allMatch(s -> s == Severity.OK || s == Severity.INFO);
  }

  @Test
  void criuSaysThatThisProcessorFitsItself() throws IOException {
    ContainerFacts facts = facts(run(IDLE, c -> {}));
    assertThat(facts.cpuImage()).isNotEmpty();
    Preflight target = new Preflight(b.core, PROBE, r -> true);
    assertThat(target.target(facts).cpu()).isEqualTo(TargetFacts.CpuMatch.FITS);
    assertThat(facts.source().cpuFlags()).isNotEmpty();
    try (Stream<Path> left = Files.list(b.paths().run())) {
      assertThat(left.map(p -> p.getFileName().toString())).noneMatch(n -> n.startsWith("cpu-"));
    }
  }

  @Test
  void connectionsOfTheContainerAloneAreCounted() throws IOException {
    String script =
        "busybox ip link set lo up; busybox nc -l -p 7777 </dev/zero >/dev/null & "
            + "sleep 0.5; busybox nc 127.0.0.1 7777 </dev/zero >/dev/null & sleep 0.5; "
            + IDLE;
    ContainerStatus status = run(script, PreflightTest::withNetAdmin);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(facts(status).inside().tcpEstablished()).isEqualTo(2));
    assertThat(assess(facts(status)).verdict()).isEqualTo(Verdict.YES);
  }

  private static void withNetAdmin(ObjectNode config) {
    for (String set : List.of("bounding", "effective", "permitted")) {
      config.withObject("/process/capabilities").withArray(set).add("CAP_NET_ADMIN");
    }
  }

  @Test
  void aLargeDeletedFileIsToldAndDumpedAllTheSame() throws IOException {
    String script =
        "dd if=/dev/zero of=/big bs=1M count=" + BIG_MIB + " 2>/dev/null; exec 5</big; rm /big; ";
    ContainerStatus status = run(script + IDLE, c -> {});
    ContainerFacts facts = facts(status);
    assertThat(facts.inside().deleted())
        .singleElement()
        .satisfies(f -> {
          assertThat(f.what()).isEqualTo("/big (deleted)");
          assertThat(f.bytes()).isEqualTo((long) BIG_MIB << 20);
        });
    Assessment found = assess(facts);
    assertThat(found.verdict()).isEqualTo(Verdict.YES);
    assertThat(of(found, "deleted-files"))
        .singleElement()
        .satisfies(f -> assertThat(f.severity()).isEqualTo(Severity.INFO));
    assertThat(dump(status.id())).anyMatch(name -> name.startsWith("ghost-file-"));
  }

  private List<String> dump(ContainerId id) throws IOException {
    var basics = a.core.basics();
    CriuSetting setting = CriuSetting.prepare(a.paths(), basics.runner(), basics.programs());
    Checkpointer checkpointer =
        new Checkpointer(
            basics.runner(), a.core.runc(), setting, basics.watch(), Duration.ofSeconds(60));
    a.core.runtime().freeze(id);
    try {
      Path images = checkpointer.dump(id, dir.resolve("dump"), true);
      try (Stream<Path> files = Files.list(images)) {
        return files.map(f -> f.getFileName().toString()).toList();
      }
    } finally {
      a.core.runtime().thaw(id);
    }
  }

  @Test
  void aBindMountIsComparedWithWhatIsAtTheTarget() throws IOException {
    Path shared = Files.createDirectories(dir.resolve("shared"));
    ContainerStatus status = run(IDLE, c -> bind(c, shared));
    assertThat(assess(facts(status)).against()).as("the same directory on one machine").isEmpty();
    ContainerFacts facts = facts(status);
    Files.delete(shared);
    assertThat(of(assess(facts), "bind-mounts"))
        .singleElement()
        .satisfies(f -> {
          assertThat(f.severity()).isEqualTo(Severity.REJECT);
          assertThat(f.message()).contains(shared.toString(), "/data");
        });
    Files.createDirectories(shared);
  }

  private static void bind(ObjectNode config, Path source) {
    ObjectNode mount = config.withArray("mounts").addObject();
    mount.put("destination", "/data").put("type", "bind").put("source", source.toString());
    mount.putArray("options").add("rbind").add("rw");
  }

  @Test
  void aCommandThatWasStartedFromOutsideStaysBehind() throws IOException {
    ContainerStatus status = run(IDLE, c -> {});
    ContainerId id = status.id();
    var argv = a.core.runc().argv("exec", "--detach", id.value(), "/bin/sleep", "100");
    assertThat(RUNNER.run(Command.of(Duration.ofSeconds(20), argv)).ok()).isTrue();
    ContainerFacts facts = facts(status);
    assertThat(facts.inside().strangers()).singleElement().asString().startsWith("sleep ");
    assertThat(assess(facts).verdict()).isEqualTo(Verdict.RISKY);
  }

  @Test
  void aNameThatIsTakenAtTheTargetExcludesIt() throws IOException {
    ContainerFacts facts = facts(run(IDLE, c -> {}));
    TargetFacts here = new Preflight(a.core, PROBE, r -> true).target(facts);
    Assessment found = Judgement.assess(facts, here, MigrationOptions.DEFAULT, Rates.USUAL);
    assertThat(found.verdict()).isEqualTo(Verdict.NO);
    assertThat(of(found, "name").getFirst().message()).contains(facts.name().value());
  }
}
