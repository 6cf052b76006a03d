package io.nereid.launcher.demo.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.launcher.demo.playground.JavaProgram;
import io.nereid.launcher.demo.playground.Names;
import io.nereid.launcher.demo.playground.Playground;
import io.nereid.launcher.demo.playground.Tools;
import io.nereid.process.Command;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The bundles run with the bare runtime, in a host's namespace, and the clients understand them.
 */
@RequiresRuntime
class BundlesIT {
  private static final long DATA_BYTES = 8 << 20;
  private final Tools tools = new Tools(SystemProcessRunner.ofThisHost());
  private final Playground playground =
      new Playground(tools, Playground.Plan.of(1, DATA_BYTES, JavaProgram.of(Path.of("none.jar"))));
  private final Names names = playground.names();
  private final Bundles bundles = new Bundles(tools, System.getenv());

  @BeforeEach
  void makeIt() {
    playground.make();
  }

  @AfterEach
  void removeIt() {
    tools.attempt("runc", "--root", runcRoot(), "delete", "--force", names.prefix());
    playground.close();
  }

  @Test
  void redisKeepsTheDataAndCountsForAClientOutside() throws IOException {
    Path bundle = bundles.redis(playground.root().resolve("redis"));
    run(bundle);
    await()
        .atMost(Duration.ofSeconds(10))
        .ignoreExceptions()
        .untilAsserted(() -> RedisWatcher.connect(playground.clientNetns(), redis()).close());
    RedisFiller.fill(playground.clientNetns(), Names.address("a"), DATA_BYTES, 1);
    try (RedisWatcher watcher = new RedisWatcher(playground.clientNetns(), Names.address("a"))) {
      await().until(() -> watcher.count() > 100);
      assertThat(watcher.stats().clean()).isTrue();
      // A server that answers anything else than one more is noticed.
      try (RespConnection other = RedisWatcher.connect(playground.clientNetns(), redis())) {
        other.send(
            "INCR".getBytes(StandardCharsets.US_ASCII),
            "nereid:demo:count".getBytes(StandardCharsets.US_ASCII));
        other.flush();
        assertThat(other.number()).isPositive();
      }
      await().until(() -> watcher.stats().duplicated() == 1);
      assertThat(watcher.stats().clean()).isFalse();
    }
  }

  @Test
  void theCounterWritesEachNumberOnce() throws IOException {
    Path bundle = bundles.counter(playground.root().resolve("counter"), 10);
    run(bundle);
    Path file = bundle.resolve("rootfs" + Bundles.COUNT_FILE);
    await().until(() -> Files.exists(file) && Files.readAllLines(file).size() > 20);
    assertThat(Files.readAllLines(file))
        .startsWith("1", "2", "3", "4", "5")
        .doesNotHaveDuplicates();
  }

  private static InetSocketAddress redis() {
    return new InetSocketAddress(Names.address("a"), RedisWatcher.PORT);
  }

  private String runcRoot() {
    return playground.root().resolve("runc").toString();
  }

  /** In the host's network namespace, and in cgroups that carry the run's name. */
  private void run(Path bundle) throws IOException {
    Path file = bundle.resolve("config.json");
    String config =
        Files.readString(file)
            .replaceFirst(
                "\"type\" : \"network\"",
                "\"type\" : \"network\", \"path\" : \"" + Names.netnsFile(names.netns("a")) + "\"")
            .replaceFirst(
                "\"linux\" : \\{",
                "\"linux\" : { \"cgroupsPath\" : \"/nereid-" + names.node("a") + "/x\",");
    Files.writeString(file, config);
    tools.must(
        Command.of(
                Duration.ofSeconds(10),
                "runc",
                "--root",
                runcRoot(),
                "run",
                "--detach",
                "--bundle",
                bundle.toString(),
                names.prefix())
            .surviving(playground.root().resolve("run")));
  }
}
