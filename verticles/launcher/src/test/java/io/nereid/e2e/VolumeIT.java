package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.volume.VolumePlace;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.VolumeMessages.VolumeList;
import io.nereid.testkit.TreeFacts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Volumes and the containers that have them. */
@WithCluster
class VolumeIT {
  private static final int CONFLICT = 4;
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Holds a file of its volume open and adds a line to it every few milliseconds. */
  private static final String APPEND =
      "exec 3>>/state/count; i=0; while :; do i=$((i+1)); echo $i >&3; echo $i; usleep 5000; done";

  @AfterEach
  void removeVolumes(TestCluster cluster) throws IOException {
    for (Daemon daemon : cluster.hosts()) {
      Faults.clear(daemon);
    }
    cluster.assertClean();
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          for (VolumePlace place : volumes(cluster)) {
            ok(cluster, "volumes", "rm", place.volume().name().value());
          }
          assertThat(volumes(cluster)).isEmpty();
        });
    for (Daemon daemon : cluster.hosts()) {
      assertThat(daemon.dataDir().resolve("volumes/data")).isEmptyDirectory();
      assertThat(daemon.dataDir().resolve("volumes/records")).isEmptyDirectory();
    }
  }

  @Test
  void aWritableVolumeMovesWithItsContainerThereAndBackAgain(TestCluster cluster)
      throws IOException {
    ok(cluster, "volumes", "create", "state", "--on", node(cluster.a()));
    Path content = fill(directory(cluster.a(), "state").resolve("tree"));
    List<String> before = TreeFacts.of(content);
    Location container = run(cluster, "writer", "state:/state");
    awaitLines(cluster.a(), 5);

    move(cluster, container, cluster.b());
    awaitLines(cluster.b(), lines(cluster.b()).size() + 5);
    assertThat(TreeFacts.of(directory(cluster.b(), "state").resolve("tree"))).isEqualTo(before);
    assertThat(directory(cluster.a(), "state")).doesNotExist();
    awaitOnly(cluster, "state", cluster.b(), "writer");

    move(cluster, container, cluster.a());
    awaitLines(cluster.a(), lines(cluster.a()).size() + 5);
    assertThat(TreeFacts.of(directory(cluster.a(), "state").resolve("tree"))).isEqualTo(before);
    assertThat(directory(cluster.b(), "state")).doesNotExist();
    awaitOnly(cluster, "state", cluster.a(), "writer");
    assertUnbroken(cluster.a());
  }

  @Test
  void aVolumeBelongsToOneContainerAndOutlivesItUnlessAskedOtherwise(TestCluster cluster)
      throws IOException {
    ok(cluster, "volumes", "create", "state", "--on", node(cluster.a()));
    Cli.Result again = volumes(cluster, cluster.b(), "create", "state", "--on", node(cluster.b()));
    assertThat(again.code()).isEqualTo(CONFLICT);
    assertThat(again.err()).contains("state").contains(node(cluster.a()));
    Location first = run(cluster, "first", "state:/state");
    awaitLines(cluster.a(), 5);

    Cli.Result second = tryRun(cluster, "second", cluster.a(), "state:/state");
    assertThat(second.code()).isEqualTo(CONFLICT);
    assertThat(second.err()).contains("container 'first'").contains("volume 'state'");
    Cli.Result elsewhere = tryRun(cluster, "second", cluster.b(), "state:/state");
    assertThat(elsewhere.code()).isEqualTo(CONFLICT);
    assertThat(elsewhere.err()).contains("--on " + node(cluster.a()));
    awaitOnly(cluster, "state", cluster.a(), "first");
    Cli.Result used = volumes(cluster, cluster.a(), "rm", "state");
    assertThat(used.code()).isEqualTo(CONFLICT);
    assertThat(used.err()).contains("container 'first'");

    ok(cluster, "rm", "--force", first.status().id().value());
    assertThat(lines(cluster.a())).hasSizeGreaterThan(4);
    awaitOnly(cluster, "state", cluster.a());
    int kept = lines(cluster.a()).size();
    run(cluster, "second", "state:/state");
    awaitLines(cluster.a(), kept + 5);
    ok(cluster, "rm", "--force", "--volumes", "second");
    assertThat(directory(cluster.a(), "state")).doesNotExist();
    await().atMost(SOON).until(() -> volumes(cluster).isEmpty());
  }

  @Test
  void aReadOnlyVolumeComesAlongByItsContent(TestCluster cluster) throws IOException {
    Path source = fill(cluster.playground().root().resolve("source"));
    ok(
        cluster,
        "volumes",
        "create",
        "given",
        "--read-only",
        "--from",
        source.toString(),
        "--on",
        node(cluster.a()));
    ok(cluster, "volumes", "create", "state", "--on", node(cluster.a()));
    Cli.Result writable = tryRun(cluster, "reader", cluster.a(), "given:/given");
    assertThat(writable.err()).contains("given:/given:ro");
    Location container = run(cluster, "reader", "given:/given:ro", "state:/state");
    String read = "cat /given/plain | md5sum; touch /given/x 2>&1 || true";
    String here = ok(cluster, "exec", "reader", "/bin/sh", "-c", read);
    assertThat(here).contains("Read-only file system");
    move(cluster, container, cluster.b());
    assertThat(ok(cluster, "exec", "reader", "/bin/sh", "-c", read)).isEqualTo(here);
    await()
        .atMost(SOON)
        .untilAsserted(() ->
            assertThat(volumes(cluster))
                .filteredOn(p -> p.volume().name().value().equals("given"))
                .filteredOn(p -> !p.volume().users().isEmpty())
                .singleElement()
                .matches(p -> p.host().equals(cluster.b().node())));
  }

  @Test
  void aMoveThatFailsLeavesTheVolumeWhereItWas(TestCluster cluster) throws IOException {
    ok(cluster, "volumes", "create", "state", "--on", node(cluster.a()));
    Location container = run(cluster, "writer", "state:/state");
    awaitLines(cluster.a(), 5);
    Faults.fail(cluster.b(), "nymph.Restore.begin");
    Migration failed =
        cluster.cluster().migrate(container.status().id().value(), cluster.b().node(), p -> {});
    assertThat(failed.phase()).isEqualTo(Phase.ROLLED_BACK);
    Faults.clear(cluster.b());
    awaitLines(cluster.a(), lines(cluster.a()).size() + 5);
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(directory(cluster.b(), "state")).doesNotExist());
    awaitOnly(cluster, "state", cluster.a(), "writer");
    assertUnbroken(cluster.a());
  }

  @Test
  void aTargetThatIsKilledLeavesTheVolumeAtTheSource(TestCluster cluster) throws IOException {
    Daemon leader = cluster.leader();
    Daemon source = cluster.others(leader).getFirst();
    Daemon target = cluster.others(leader).getLast();
    ok(cluster, "volumes", "create", "state", "--on", node(source));
    Location container = runOn(cluster, "writer", source, "state:/state");
    awaitLines(source, 5);
    Faults.hold(source, "nymph.SendDelta.begin");
    cluster.cluster().beginMigration(container.status().id().value(), target.node());
    Faults.awaitReached(source, "nymph.SendDelta.begin");
    target.kill();
    Faults.clear(source);
    awaitLines(source, lines(source).size() + 5);
    cluster.restart(target);
    await().atMost(SOON).untilAsserted(() -> assertThat(directory(target, "state")).doesNotExist());
    awaitOnly(cluster, "state", source, "writer");
    assertUnbroken(source);
  }

  @Test
  void aVolumeSurvivesItsDaemon(TestCluster cluster) throws IOException {
    ok(cluster, "volumes", "create", "state", "--on", node(cluster.a()));
    run(cluster, "writer", "state:/state");
    awaitLines(cluster.a(), 5);
    cluster.a().kill();
    cluster.restart(cluster.a());
    awaitLines(cluster.a(), lines(cluster.a()).size() + 5);
    awaitOnly(cluster, "state", cluster.a(), "writer");
    assertThat(tryRun(cluster, "second", cluster.a(), "state:/state").code()).isEqualTo(CONFLICT);
  }

  @Test
  void aSnapshotBringsTheVolumeBackAsItWasAtThatMoment(TestCluster cluster) throws IOException {
    ok(cluster, "volumes", "create", "state", "--on", node(cluster.a()));
    Path content = fill(directory(cluster.a(), "state").resolve("tree"));
    List<String> before = TreeFacts.of(content);
    Location container = run(cluster, "writer", "state:/state");
    awaitLines(cluster.a(), 5);
    ok(cluster, "checkpoint", "writer", "--name", "then");
    int then = lines(cluster.a()).size();
    awaitLines(cluster.a(), then + 20);
    Files.writeString(content.resolve("plain"), "written later");
    Files.writeString(content.resolve("later"), "written later");

    // Beside itself, elsewhere, with a volume of its own.
    ok(cluster, "restore", "then", "--name", "copy", "--on", node(cluster.b()));
    Path copied = directory(cluster.b(), "state-copy");
    assertThat(TreeFacts.of(copied.resolve("tree"))).isEqualTo(before);
    awaitOnly(cluster, "state-copy", cluster.b(), "copy");
    await().atMost(SOON).until(() -> linesOf(copied).size() > then + 5);
    assertUnbroken(linesOf(copied));
    assertUnbroken(cluster.a());
    ok(cluster, "rm", "--force", "--volumes", "copy");

    // As itself, in place of what was written since.
    ok(cluster, "rm", "--force", "writer");
    Cli.Result elsewhere =
        Cli.at(cluster, cluster.a(), "restore", "then", "--on", node(cluster.b()));
    assertThat(elsewhere.code()).isEqualTo(CONFLICT);
    assertThat(elsewhere.err()).contains("volume 'state'").contains("--on " + node(cluster.a()));
    Faults.fail(cluster.a(), "nymph.Restore.begin");
    Cli.Result failed = Cli.at(cluster, cluster.a(), "restore", "then");
    assertThat(failed.code()).isNotZero();
    Faults.clear(cluster.a());
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(content.resolve("later")).hasContent("written later"));
    awaitOnly(cluster, "state", cluster.a());
    ok(cluster, "restore", "then");
    awaitLines(cluster.a(), then + 5);
    assertThat(TreeFacts.of(content)).isEqualTo(before);
    assertUnbroken(cluster.a());
    awaitOnly(cluster, "state", cluster.a(), "writer");
    assertThat(directory(cluster.a(), "state").resolveSibling("../replaced"))
        .satisfiesAnyOf(p -> assertThat(p).doesNotExist(), p -> assertThat(p).isEmptyDirectory());
    assertThat(cluster.cluster().locate("writer").status().id()).isEqualTo(container.status().id());

    // Not while somebody else has it, and not into an archive.
    ok(cluster, "rm", "--force", "writer");
    run(cluster, "other", "state:/state");
    Cli.Result used = Cli.at(cluster, cluster.a(), "restore", "then");
    assertThat(used.code()).isEqualTo(CONFLICT);
    assertThat(used.err()).contains("container 'other'").contains("volume 'state'");
    Path archive = cluster.playground().root().resolve("then.tar");
    Cli.Result exported = Cli.at(cluster, cluster.a(), "export", "then", archive.toString());
    assertThat(exported.err()).contains("has volumes");
    assertThat(archive).doesNotExist();
    ok(cluster, "snapshots", "rm", "then");
  }

  private static Path fill(Path root) throws IOException {
    Files.createDirectories(root.resolve("deep/er"));
    byte[] random = new byte[3 << 20];
    new Random(7).nextBytes(random);
    Files.write(root.resolve("plain"), random);
    Files.write(root.resolve("deep/empty"), new byte[0]);
    Files.createLink(root.resolve("deep/er/same"), root.resolve("plain"));
    Files.createSymbolicLink(root.resolve("link"), Path.of("deep/er/../empty"));
    Files.setAttribute(root.resolve("deep/empty"), "user:note", ByteBuffer.wrap(random, 0, 9));
    Files.setAttribute(root.resolve("deep"), "unix:uid", 4711);
    try (RandomAccessFile sparse = new RandomAccessFile(root.resolve("sparse").toFile(), "rw")) {
      sparse.setLength(64L << 20);
      sparse.seek(33L << 20);
      sparse.write(random, 0, 4096);
    }
    return root;
  }

  private static Path directory(Daemon daemon, String volume) {
    return daemon.dataDir().resolve("volumes/data").resolve(volume);
  }

  private static List<String> lines(Daemon daemon) {
    return linesOf(directory(daemon, "state"));
  }

  private static List<String> linesOf(Path volume) {
    try {
      String text = Files.readString(volume.resolve("count"));
      // The last line may be being written.
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void awaitLines(Daemon daemon, int count) {
    await("writes on host " + daemon.host() + " until line " + count)
        .atMost(SOON)
        .until(() -> lines(daemon).size() >= count);
  }

  private static void assertUnbroken(Daemon daemon) {
    assertUnbroken(lines(daemon));
  }

  private static void assertUnbroken(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      assertThat(lines.get(i)).as("line " + (i + 1)).isEqualTo(Integer.toString(i + 1));
    }
  }

  private static void awaitOnly(
      TestCluster cluster, String volume, Daemon host, String... containers) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          List<VolumePlace> places =
              volumes(cluster).stream()
                  .filter(p -> p.volume().name().value().equals(volume))
                  .toList();
          assertThat(places).singleElement().matches(p -> p.host().equals(host.node()));
          assertThat(places.getFirst().volume().users())
              .extracting(u -> u.name().value())
              .containsExactly(containers);
        });
  }

  private static void move(TestCluster cluster, Location container, Daemon to) {
    Counter mover = new Counter(cluster, container.status().id().value());
    MoveIT.assertSucceeded(mover.moveWhenFree(to));
  }

  private static Location run(TestCluster cluster, String name, String... volumes)
      throws IOException {
    return runOn(cluster, name, cluster.a(), volumes);
  }

  private static Location runOn(TestCluster cluster, String name, Daemon daemon, String... volumes)
      throws IOException {
    Cli.Result result = tryRun(cluster, name, daemon, volumes);
    assertThat(result.code()).as(result.err()).isZero();
    return WireCodec.decode(result.out(), Location.class);
  }

  private static Cli.Result tryRun(
      TestCluster cluster, String name, Daemon daemon, String... volumes) throws IOException {
    Path bundle = cluster.playground().root().resolve("appender");
    if (!Files.exists(bundle)) {
      cluster.bundles().program(bundle, "busybox", List.of("/bin/sh", "-c", APPEND));
    }
    List<String> words = new ArrayList<>(List.of("--name", name));
    for (String volume : volumes) {
      words.addAll(List.of("--volume", volume));
    }
    words.addAll(List.of("--on", node(daemon), "-o", "json", bundle.toString()));
    return Cli.at(cluster, daemon, "run", words.toArray(String[]::new));
  }

  private static String ok(TestCluster cluster, String command, String... words) {
    Cli.Result result =
        command.equals("volumes")
            ? volumes(cluster, cluster.a(), words)
            : Cli.at(cluster, cluster.a(), command, words);
    assertThat(result.code()).as(result.err()).isZero();
    return result.out();
  }

  private static Cli.Result volumes(TestCluster cluster, Daemon daemon, String... words) {
    List<String> all = new ArrayList<>(List.of("volumes", words[0]));
    all.addAll(List.of("--host", "unix:" + daemon.socket()));
    all.addAll(List.of(words).subList(1, words.length));
    return Cli.run(cluster, all);
  }

  private static List<VolumePlace> volumes(TestCluster cluster) {
    String out = ok(cluster, "volumes", "ls", "-o", "json");
    return WireCodec.decode(out, VolumeList.class).volumes();
  }

  private static String node(Daemon daemon) {
    return daemon.node().value();
  }
}
