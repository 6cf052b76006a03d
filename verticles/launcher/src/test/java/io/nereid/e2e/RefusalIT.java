package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.container.Location;
import io.nereid.domain.migration.Migration;
import io.nereid.launcher.demo.playground.Daemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What must be refused, with a reason and an exit code, and without changing anything. */
@WithCluster
class RefusalIT {
  private static final int BAD = 2;
  private static final int NOT_FOUND = 3;
  private static final int CONFLICT = 4;

  @Test
  void movesThatMakeNoSenseAreRefused(TestCluster cluster) {
    Daemon a = cluster.a();
    Counter counter = cluster.counterOn(a);
    Location before = cluster.cluster().locate(counter.id());
    assertRefused(migrate(cluster, counter.id(), a.node().value()), CONFLICT, a.node().value());
    assertRefused(migrate(cluster, counter.id(), "nowhere"), NOT_FOUND, "nowhere");
    assertRefused(migrate(cluster, counter.id(), "No/Where"), BAD, "No/Where");
    assertRefused(migrate(cluster, "nobody", cluster.b().node().value()), NOT_FOUND, "nobody");
    assertRefused(migrate(cluster, "../x", cluster.b().node().value()), BAD, "../x");
    counter.assertRunsOnlyOn(a);
    assertThat(cluster.cluster().locate(counter.id()).status().epoch())
        .isEqualTo(before.status().epoch());
  }

  @Test
  void aStoppedContainerIsNotMoved(TestCluster cluster) {
    Daemon a = cluster.a();
    Counter counter = cluster.counterOn(a);
    assertThat(Cli.at(cluster, a, "stop", counter.id()).code()).isZero();
    Cli.Result refused = migrate(cluster, counter.id(), cluster.b().node().value());
    assertRefused(refused, CONFLICT, "STOPPED");
    assertThat(cluster.cluster().locate(counter.id()).owner()).isEqualTo(a.node());
  }

  @Test
  void aContainerIsNotMovedTwiceAtOnce(TestCluster cluster) throws IOException {
    Daemon a = cluster.a();
    Counter counter = cluster.counterOn(a);
    Faults.hold(a, "nymph.SendAhead.begin");
    Migration first = counter.beginMoveTo(cluster.b());
    Faults.awaitReached(a, "nymph.SendAhead.begin");
    Cli.Result second = migrate(cluster, counter.id(), cluster.c().node().value());
    assertRefused(second, CONFLICT, first.id().value());
    Faults.clear(a);
    counter.assertRunsOnlyOn(cluster.b());
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, a/b",
    ".., ..",
    "a..b, a..b",
    "-x-, -x-",
    "'a\tb', character",
    "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggggg, 64",
  })
  void namesThatBreakTheRuleAreRefused(String name, String told, TestCluster cluster) {
    Cli.Result result =
        Cli.at(cluster, cluster.a(), "run", "--name=" + name, cluster.counterBundle().toString());
    assertRefused(result, BAD, told);
  }

  @Test
  void aNameIsTakenOnce(TestCluster cluster) {
    Counter counter = cluster.counterOn(cluster.a());
    String name = cluster.cluster().locate(counter.id()).status().name().value();
    Cli.Result result =
        Cli.at(cluster, cluster.b(), "run", "--name", name, cluster.counterBundle().toString());
    assertRefused(result, CONFLICT, name);
  }

  static Stream<Arguments> badBundles() {
    return Stream.of(
        Arguments.of("no config", List.of(), "config.json"),
        Arguments.of("no JSON", List.of("{\"ociVersion\": "), "config.json"),
        Arguments.of("another version", List.of(config("2.0.0", "false")), "2.0.0"),
        Arguments.of("no rootfs", List.of(config("1.0.2", "false")), "rootfs"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badBundles")
  void bundlesThatCannotRunAreRefused(
      String what, List<String> config, String told, TestCluster cluster) throws IOException {
    Path bundle = cluster.playground().root().resolve("bundle-" + what.replace(' ', '-'));
    Files.createDirectories(bundle);
    if (!config.isEmpty()) {
      Files.writeString(bundle.resolve("config.json"), config.getFirst());
    }
    assertRefused(Cli.at(cluster, cluster.a(), "run", bundle.toString()), BAD, told);
  }

  @Test
  void aTerminalIsGivenOrRefusedWithTheReason(TestCluster cluster) throws IOException {
    Path bundle = Files.createDirectories(cluster.playground().root().resolve("terminal"));
    String config = Files.readString(cluster.counterBundle().resolve("config.json"));
    Files.writeString(
        bundle.resolve("config.json"),
        config
            .replaceFirst("\"terminal\" : false", "\"terminal\" : true")
            .replaceFirst(
                "\"path\" : \"rootfs\"",
                "\"path\" : \"" + cluster.counterBundle().resolve("rootfs") + "\""));
    Cli.Result result = Cli.at(cluster, cluster.a(), "run", bundle.toString());
    if (result.code() != 0) {
      assertRefused(result, result.code(), "terminal");
    }
  }

  @Test
  void whatTheCommandLineDoesNotKnowIsRefused(TestCluster cluster) {
    assertRefused(Cli.run(cluster, List.of("ps", "--frobnicate")), BAD, "--frobnicate");
    assertRefused(Cli.run(cluster, List.of("frobnicate")), BAD, "frobnicate");
    Cli.Result unreachable = Cli.run(cluster, List.of("ps", "--host", "unix:/nonexistent/sock"));
    assertRefused(unreachable, 69, "/nonexistent/sock");
  }

  @Test
  void aConfigurationWithATypoIsRefusedBeforeAnythingStarts(TestCluster cluster)
      throws IOException {
    Path file = cluster.playground().root().resolve("typo.yaml");
    Files.writeString(file, "cluster:\n  joyn: [10.0.0.1]\ntransfer:\n  port: 123456\n");
    Cli.Result result = Cli.run(cluster, List.of("up", "--config", file.toString()));
    assertRefused(result, BAD, "joyn");
    assertThat(result.err()).contains("123456");
  }

  private static Cli.Result migrate(TestCluster cluster, String container, String target) {
    return Cli.at(cluster, cluster.a(), "migrate", container, target);
  }

  private static void assertRefused(Cli.Result result, int code, String told) {
    assertThat(result.err()).contains(told);
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(result.out()).isEmpty();
  }

  private static String config(String version, String terminal) {
    return "{\"ociVersion\":\""
        + version
        + "\",\"root\":{\"path\":\"rootfs\"},\"process\":{\"terminal\":"
        + terminal
        + ",\"cwd\":\"/\",\"args\":[\"/bin/true\"]}}";
  }
}
