package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.container.Location;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.e2e.inside.BusyJava;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Containers that ask for something themselves. */
@WithCluster
class IpcIT {
  private static final Duration HEARD_WITHIN = Duration.ofSeconds(40);
  private static final String PLACE = "/tmp/msc.sock";

  /** The script of docs/ipc.md. */
  private static final String SCRIPT =
      """
      echo PID: $$

      echo sleeping...
      sleep 2
      echo checkpointing
      printf "CHECKPOINT" | socat - UNIX-SENDTO:/tmp/msc.sock
      sleep 4
      echo done sleeping!
      """;

  @AfterEach
  void removeSnapshots(TestCluster cluster) {
    for (Location container : cluster.cluster().containers()) {
      cluster.cluster().remove(container.status().id().value());
    }
    for (Snapshot snapshot : SnapshotIT.snapshots(cluster)) {
      Cli.at(cluster, cluster.a(), "snapshots", "rm", snapshot.id().value());
    }
  }

  @Test
  void aScriptAsksForASnapshotOfItsContainer(TestCluster cluster) throws IOException {
    Path bundle = program(cluster, "socat", "/bin/sh", "-c", SCRIPT);
    assertThat(Files.readString(Path.of("../../docs/ipc.md")))
        .contains("printf \"CHECKPOINT\" | socat - UNIX-SENDTO:" + PLACE);
    Location container = cluster.programOn(cluster.b(), bundle);
    Snapshot taken = awaitSnapshot(cluster, container.status().id().value(), "");
    assertThat(taken.host()).isEqualTo(cluster.b().node());
    await()
        .atMost(HEARD_WITHIN)
        .until(() ->
            Cli.at(cluster, cluster.b(), "logs", container.status().id().value())
                .out()
                .contains("done sleeping!"));
  }

  @Test
  void aContainerMovesItselfAndIsHeardWhereverItIsAndWhoeverListens(TestCluster cluster)
      throws IOException {
    Counter counter = speakerOn(cluster, cluster.a());
    say(cluster, counter.id(), "CHECKPOINT at-home");
    awaitSnapshot(cluster, counter.id(), "at-home");
    say(cluster, counter.id(), "MIGRATE " + cluster.b().node() + "\n");
    awaitOn(cluster, counter, cluster.b());
    counter.assertRunsOnlyOn(cluster.b());
    say(cluster, counter.id(), "CHECKPOINT moved\0");
    awaitSnapshot(cluster, counter.id(), "moved");

    cluster.b().kill();
    counter.awaitCounting();
    cluster.restart(cluster.b());
    counter.awaitSettled();
    say(cluster, counter.id(), "CHECKPOINT restarted");
    awaitSnapshot(cluster, counter.id(), "restarted");
    // With the mount that was made anew; and to wherever the coordinator likes.
    say(cluster, counter.id(), "MIGRATE " + cluster.cluster().locate(counter.id()).status().name());
    await()
        .atMost(HEARD_WITHIN)
        .ignoreExceptions()
        .until(() -> !counter.awaitSettled().equals(cluster.b()));
    counter.awaitCounting();
    counter.assertUnbroken();
    say(cluster, counter.id(), "CHECKPOINT at-last");
    awaitSnapshot(cluster, counter.id(), "at-last");

    // Restored beside itself it is another one, and speaks for itself only.
    Cli.Result beside =
        Cli.at(cluster, cluster.a(), "restore", "restarted", "--name", "double", "-o", "json");
    assertThat(beside.code()).as(beside.err()).isZero();
    String copy = WireCodec.decode(beside.out(), Location.class).status().id().value();
    assertThat(copy).isNotEqualTo(counter.id());
    say(cluster, copy, "CHECKPOINT of-the-double");
    awaitSnapshot(cluster, copy, "of-the-double");
  }

  @Test
  void aContainerCannotSpeakForAnother(TestCluster cluster) throws IOException {
    Counter other = cluster.counterOn(cluster.c());
    Counter counter = speakerOn(cluster, cluster.a());
    String name = cluster.cluster().locate(other.id()).status().name().value();
    say(cluster, counter.id(), "MIGRATE " + name);
    await()
        .atMost(HEARD_WITHIN)
        .until(() -> cluster.a().log().stream().anyMatch(l -> l.contains("was not done")));
    assertThat(other.awaitSettled()).isEqualTo(cluster.c());
    assertThat(counter.awaitSettled()).isEqualTo(cluster.a());
    assertThat(cluster.cluster().locate(other.id()).status().moves()).isZero();
    counter.awaitCounting();
  }

  @Test
  void aContainerWhoseRootIsReadOnlyAndWhoseTmpIsInMemoryHasItsSocketToo(TestCluster cluster)
      throws IOException {
    Path bundle = speaker(cluster);
    Path file = bundle.resolve("config.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = (ObjectNode) json.readTree(Files.readAllBytes(file));
    config.withObject("/root").put("readonly", true);
    for (String memory : List.of("/data", "/tmp")) {
      config
          .withArray("/mounts")
          .addObject()
          .put("destination", memory)
          .put("type", "tmpfs")
          .put("source", "tmpfs");
    }
    // As bundles of the original program have it.
    config
        .withArray("/mounts")
        .addObject()
        .put("destination", PLACE)
        .put("source", PLACE)
        .putArray("options")
        .add("bind");
    Files.write(file, json.writeValueAsBytes(config));
    String id = cluster.programOn(cluster.a(), bundle).status().id().value();
    say(cluster, id, "CHECKPOINT first");
    awaitSnapshot(cluster, id, "first");
    MoveIT.assertSucceeded(cluster.cluster().migrate(id, cluster.c().node(), progress -> {}));
    say(cluster, id, "CHECKPOINT second");
    awaitSnapshot(cluster, id, "second");
    cluster.c().kill();
    cluster.restart(cluster.c());
    await()
        .atMost(HEARD_WITHIN)
        .ignoreExceptions()
        .until(() -> cluster.cluster().locate(id).ownerPresent());
    say(cluster, id, "CHECKPOINT third");
    awaitSnapshot(cluster, id, "third");
  }

  @Test
  void floodsAndGarbageDoNoHarm(TestCluster cluster) throws IOException {
    Counter other = cluster.counterOn(cluster.b());
    Path bundle = program(cluster, "python", "/usr/bin/python3", "/flood.py", PLACE);
    copy("flood.py", bundle.resolve("rootfs"));
    String id = cluster.programOn(cluster.b(), bundle).status().id().value();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> Cli.at(cluster, cluster.b(), "logs", id).out().contains("sent "));
    assertThat(Cli.at(cluster, cluster.b(), "logs", id).out()).doesNotContain("removed", "changed");
    List<String> lines = cluster.b().log().stream().filter(l -> l.contains("ignored")).toList();
    assertThat(lines).isNotEmpty().hasSizeLessThan(10);
    assertThat(String.join("", lines)).doesNotContain("\u001b");
    // It has ended, so nothing of it can be snapshotted any more; what was taken is bounded.
    assertThat(SnapshotIT.snapshots(cluster)).hasSizeLessThan(8);
    other.assertRunsOnlyOn(cluster.b());
    MoveIT.assertSucceeded(other.moveTo(cluster.a()));
  }

  @Test
  void aProgramThatIsConnectedIsToldHowToSendInstead(TestCluster cluster) throws IOException {
    Path bundle = program(cluster, "python", "/usr/bin/python3", "/speaker.py", PLACE, "connected");
    copy("speaker.py", bundle.resolve("rootfs"));
    Counter counter = counterOn(cluster, cluster.a(), bundle);
    Cli.Result refused = Cli.at(cluster, cluster.a(), "checkpoint", counter.id());
    assertThat(refused.code()).isNotZero();
    assertThat(refused.err()).contains("unix socket").contains("sendto");
    counter.assertRunsOnlyOn(cluster.a());
  }

  private static Counter speakerOn(TestCluster cluster, Daemon daemon) throws IOException {
    return counterOn(cluster, daemon, speaker(cluster));
  }

  private static Counter counterOn(TestCluster cluster, Daemon daemon, Path bundle) {
    Location container = cluster.programOn(daemon, bundle);
    Counter counter = new Counter(cluster, container.status().id().value());
    counter.awaitCounting();
    return counter;
  }

  private static Path speaker(TestCluster cluster) throws IOException {
    Path bundle = program(cluster, "python", "/usr/bin/python3", "/speaker.py", PLACE);
    copy("speaker.py", bundle.resolve("rootfs"));
    return bundle;
  }

  /** Has the container's own program say something. */
  private static void say(TestCluster cluster, String id, String words) {
    String write =
        "import os; open('/data/new', 'w').write(%s); os.rename('/data/new', '/data/say')"
            .formatted(quoted(words));
    Cli.Result written = Cli.at(cluster, cluster.a(), "exec", id, "/usr/bin/python3", "-c", write);
    assertThat(written.code()).as(written.err()).isZero();
  }

  private static String quoted(String words) {
    return "'" + words.replace("\n", "\\n").replace("\0", "\\0") + "'";
  }

  private static Snapshot awaitSnapshot(TestCluster cluster, String container, String label) {
    List<Snapshot> found = new ArrayList<>();
    await("a snapshot '" + label + "' of " + container)
        .atMost(HEARD_WITHIN)
        .until(() -> {
          SnapshotIT.snapshots(cluster).stream()
              .filter(s -> s.container().value().equals(container))
              .filter(s -> s.label().orElse("").equals(label))
              .forEach(found::add);
          return !found.isEmpty();
        });
    return found.getFirst();
  }

  private static void awaitOn(TestCluster cluster, Counter counter, Daemon host) {
    await("it is on " + host.host())
        .atMost(HEARD_WITHIN)
        .ignoreExceptions()
        .until(() -> cluster.cluster().locate(counter.id()).owner().equals(host.node()));
  }

  private static Path program(TestCluster cluster, String rootfs, String... arguments)
      throws IOException {
    assumeTrue(
        cluster.bundles().has(rootfs), rootfs + " is not unpacked: ./nereid setup --workloads");
    Path bundles = cluster.playground().root();
    return cluster
        .bundles()
        .program(
            Files.createTempDirectory(bundles, rootfs).resolve("bundle"),
            rootfs,
            List.of(arguments));
  }

  private static void copy(String resource, Path directory) throws IOException {
    try (InputStream in = BusyJava.class.getResourceAsStream(resource)) {
      Files.copy(in, directory.resolve(resource));
    }
  }
}
