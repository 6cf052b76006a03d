package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.container.Location;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeView;
import io.nereid.launcher.demo.Cluster;
import io.nereid.launcher.demo.Copies;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.launcher.demo.playground.HostLeftovers;
import io.nereid.launcher.demo.playground.JavaProgram;
import io.nereid.launcher.demo.playground.Leftovers;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.launcher.demo.workload.Bundles;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Three hosts. The last one's files are on a small file system of their own, so it can be filled.
 */
final class TestCluster implements AutoCloseable {
  static final Duration UP_WITHIN = Duration.ofSeconds(60);
  private static final int HOSTS = 3;
  private static final long MEMORY_BYTES = 256L << 20;
  private static final String SMALL_DISK = "size=1g";
  private static final int COUNTER_INTERVAL_MS = 20;
  private final Tools tools = new Tools(SystemProcessRunner.ofThisHost());
  private final JavaProgram java = JavaProgram.of(Path.of("target", "nereid.jar"));
  private final Playground playground =
      new Playground(tools, Playground.Plan.of(HOSTS, MEMORY_BYTES, java));
  private final Bundles bundles = new Bundles(tools, System.getenv());
  private Path counterBundle;
  private Path redisBundle;
  private int containers;

  static TestCluster start() throws IOException {
    TestCluster cluster = new TestCluster();
    try {
      cluster.make();
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.printLogs();
      cluster.playground.close();
      throw e;
    }
  }

  private void make() throws IOException {
    assertThat(java.jar()).as("the fat jar").isRegularFile();
    Path small = Files.createDirectories(playground.root().resolve(c().host()));
    tools.must("mount", "-t", "tmpfs", "-o", SMALL_DISK, "nereid-test", small.toString());
    playground.make();
    playground.startAll(UP_WITHIN);
    cluster().awaitNodes(HOSTS, UP_WITHIN);
    counterBundle = bundles.counter(playground.root().resolve("counter"), COUNTER_INTERVAL_MS);
    redisBundle = bundles.redis(playground.root().resolve("redis"));
  }

  Tools tools() {
    return tools;
  }

  Playground playground() {
    return playground;
  }

  JavaProgram java() {
    return java;
  }

  Path counterBundle() {
    return counterBundle;
  }

  List<Daemon> hosts() {
    return playground.daemons();
  }

  Daemon a() {
    return hosts().get(0);
  }

  Daemon b() {
    return hosts().get(1);
  }

  Daemon c() {
    return hosts().get(2);
  }

  Daemon host(NodeId node) {
    return playground.daemon(playground.names().host(node));
  }

  List<Daemon> others(Daemon... than) {
    return hosts().stream().filter(host -> !List.of(than).contains(host)).toList();
  }

  /** Through a daemon that lives. */
  Cluster cluster() {
    return hosts().stream()
        .filter(host -> host.process().isPresent())
        .findFirst()
        .map(host -> new Cluster(host.socket()))
        .orElseThrow();
  }

  Cluster through(Daemon daemon) {
    return new Cluster(daemon.socket());
  }

  /** The host whose coordinator leads. */
  Daemon leader() {
    return cluster().nodes().stream()
        .filter(NodeView::leader)
        .findFirst()
        .map(node -> host(node.node().id()))
        .orElseThrow();
  }

  /** Starts a counter. */
  Counter counterOn(Daemon daemon) {
    Location location = cluster().run(daemon.node(), counterBundle, "counter-" + ++containers);
    Counter counter = new Counter(this, location.status().id().value());
    counter.awaitCounting();
    return counter;
  }

  /** Starts an empty redis. */
  Location redisOn(Daemon daemon) {
    return cluster().run(daemon.node(), redisBundle, "redis-" + ++containers);
  }

  Bundles bundles() {
    return bundles;
  }

  /** Starts any bundle under a name that no other has. */
  Location programOn(Daemon daemon, Path bundle) {
    return cluster().run(daemon.node(), bundle, "program-" + ++containers);
  }

  List<Copies.Copy> copies() {
    return new Copies(tools, hosts()).all();
  }

  /** Starts a daemon again and waits until all are together. */
  void restart(Daemon daemon) {
    playground.start(daemon);
    daemon.awaitReady(UP_WITHIN);
    through(daemon).awaitNodes(HOSTS, UP_WITHIN);
  }

  /** What a test did to the world is undone; what the program left is a failure. */
  void assertClean() throws IOException {
    for (Daemon daemon : hosts()) {
      Faults.clear(daemon);
      playground.link(daemon, true);
      Files.deleteIfExists(filler(daemon));
    }
    for (Daemon daemon : hosts()) {
      if (daemon.process().isEmpty()) {
        restart(daemon);
      }
    }
    for (Daemon daemon : hosts()) {
      through(daemon).awaitNodes(HOSTS, UP_WITHIN);
    }
    for (String id : ids()) {
      await()
          .atMost(Duration.ofSeconds(30))
          .ignoreExceptions()
          .until(() -> {
            cluster().remove(id);
            return !ids().contains(id);
          });
    }
    await()
        .atMost(Duration.ofSeconds(15))
        .untilAsserted(() -> {
          assertThat(copies()).isEmpty();
          assertThat(HostLeftovers.of(tools, playground)).isEmpty();
        });
  }

  private List<String> ids() {
    return cluster().containers().stream().map(c -> c.status().id().value()).toList();
  }

  /** Uses up the disk of a host but for so many bytes. */
  void fill(Daemon daemon, long leaveBytes) throws IOException {
    Path home = playground.root().resolve(daemon.host());
    long bytes = Files.getFileStore(home).getUsableSpace() - leaveBytes;
    tools.must("fallocate", "-l", Long.toString(bytes), filler(daemon).toString());
  }

  private Path filler(Daemon daemon) {
    return playground.root().resolve(daemon.host()).resolve("filler");
  }

  /** All files below a host's data directory whose name begins so. */
  List<Path> files(Daemon daemon, String beginning) {
    try (Stream<Path> files = Files.walk(daemon.dataDir())) {
      return files.filter(f -> f.getFileName().toString().startsWith(beginning)).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void printLogs() {
    List<String> lines = new ArrayList<>();
    hosts().forEach(daemon -> lines.addAll(daemon.log()));
    lines.forEach(System.err::println);
  }

  @Override
  public void close() {
    boolean ended = playground.stopDaemons();
    playground.close();
    assertThat(ended).as("all daemons end when asked").isTrue();
    assertThat(Leftovers.of(playground.names())).isEmpty();
  }
}
