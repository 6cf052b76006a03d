package io.nereid.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.migration.Migration;
import io.nereid.domain.migration.Phase;
import io.nereid.e2e.inside.BusyJava;
import io.nereid.launcher.demo.playground.Daemon;
import io.nereid.process.Command;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Programs as people run them move there and back while a client is connected. What is in none of
 * the unpacked packages is skipped: ./nereid setup --workloads.
 */
@WithCluster
class WorkloadIT {
  private static final Duration SERVES_WITHIN = Duration.ofSeconds(60);
  private static final String POSTGRES_USER = "70";
  private static final int CAP_SYS_RESOURCE = 24;
  private static final String POSTGRES =
      """
      PATH=/usr/lib/postgresql/bin:/bin
      initdb -D /data/db -U postgres --no-locale -E UTF8 --no-sync -A trust &&
        echo "host all all 10.88.0.0/16 trust" >>/data/db/pg_hba.conf &&
        exec postgres -D /data/db -h 0.0.0.0 -k /tmp
      """;

  @Test
  void processesThatForkAndMapAndShareMemoryGoOnWithAllOfIt(TestCluster cluster)
      throws IOException {
    Path bundle = program(cluster, "python", "/usr/bin/python3", "/processes.py");
    copy("processes.py", bundle.resolve("rootfs"));
    movesThereAndBack(cluster, bundle);
  }

  @Test
  void aNodeServerWithWorkersGoesOn(TestCluster cluster) throws IOException {
    Path bundle = program(cluster, "node", "/usr/bin/node", "/server.js");
    copy("server.js", bundle.resolve("rootfs"));
    movesThereAndBack(cluster, bundle);
  }

  @Test
  void aJavaProgramGoesOnWithItsHeapAndItsThreads(TestCluster cluster) throws IOException {
    // Of Python's packages only the C library is used.
    Path bundle =
        program(
            cluster,
            "python",
            "/jvm/bin/java",
            "-Xmx96m",
            "-cp",
            "/classes",
            BusyJava.class.getName(),
            "/data/mapped");
    Path rootfs = bundle.resolve("rootfs");
    cluster
        .tools()
        .must(
            Command.of(
                Duration.ofMinutes(2),
                Path.of(System.getProperty("java.home"), "bin", "jlink").toString(),
                "--add-modules=java.base",
                "--strip-debug",
                "--no-man-pages",
                "--no-header-files",
                "--output=" + rootfs.resolve("jvm")));
    String file = BusyJava.class.getName().replace('.', '/') + ".class";
    Path target = rootfs.resolve("classes").resolve(file);
    Files.createDirectories(target.getParent());
    try (InputStream in = BusyJava.class.getClassLoader().getResourceAsStream(file)) {
      Files.copy(in, target);
    }
    movesThereAndBack(cluster, bundle);
  }

  /**
   * Where CRIU cannot dump other users' processes, the move is refused and nothing is disturbed.
   */
  @Test
  void aTransactionOfPostgresGoesOnWhereverItsServerIs(TestCluster cluster) throws Exception {
    Path bundle = program(cluster, "postgres", "/bin/sh", "-c", POSTGRES);
    Path rootfs = bundle.resolve("rootfs");
    asUser(bundle, POSTGRES_USER);
    cluster.tools().must("chown", POSTGRES_USER, rootfs.resolve("data").toString());
    Location container = cluster.programOn(cluster.a(), bundle);
    String id = container.status().id().value();
    try (Psql session = connect(cluster, rootfs, MoveIT.address(container))) {
      session.ask(
          "create table t(n int primary key, s text); begin;"
              + " insert into t select i, md5(i::text) from generate_series(1, 5000) i;"
              + " declare c cursor for select n from t order by n;");
      List<String> transaction = session.ask("select txid_current();");
      assertThat(session.ask("fetch 2 from c;")).containsExactly("1", "2");
      for (Daemon target : List.of(cluster.b(), cluster.a())) {
        Daemon owner = cluster.host(cluster.cluster().locate(id).owner());
        if (!owner.equals(target)) {
          moveOrRefuse(cluster, id, target);
        }
        assertThat(session.ask("select txid_current();")).isEqualTo(transaction);
      }
      assertThat(session.ask("fetch 2 from c;")).containsExactly("3", "4");
      assertThat(session.ask("commit; select count(*), max(n) from t;"))
          .containsExactly("5000|5000");
    }
  }

  private static void moveOrRefuse(TestCluster cluster, String id, Daemon target)
      throws IOException {
    Migration migration = cluster.cluster().migrate(id, target.node(), progress -> {});
    if (mayReadEverybodysLimits()) {
      MoveIT.assertSucceeded(migration);
    } else {
      assertThat(migration.phase()).isEqualTo(Phase.ROLLED_BACK);
      assertThat(migration.failure())
          .hasValueSatisfying(failure -> {
            assertThat(failure.code()).isEqualTo(FailureCode.INCOMPATIBLE);
            assertThat(failure.toString()).contains("CAP_SYS_RESOURCE", "postgres");
          });
    }
  }

  private static boolean mayReadEverybodysLimits() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("CapEff:"))
        .map(line -> Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16))
        .anyMatch(capabilities -> (capabilities >> CAP_SYS_RESOURCE & 1) == 1);
  }

  private static Psql connect(TestCluster cluster, Path rootfs, String address) {
    AtomicReference<Psql> connected = new AtomicReference<>();
    await()
        .atMost(SERVES_WITHIN)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> {
          Psql session = new Psql(cluster.playground().clientNetns(), rootfs, address);
          connected.set(session);
          boolean answers = false;
          try {
            answers = session.answers();
          } finally {
            if (!answers) {
              session.close();
            }
          }
          return answers;
        });
    return connected.get();
  }

  private static void movesThereAndBack(TestCluster cluster, Path bundle) throws IOException {
    Location container = cluster.programOn(cluster.a(), bundle);
    String id = container.status().id().value();
    try (LineClient client =
        LineClient.connect(cluster.playground().clientNetns(), MoveIT.address(container))) {
      client.assertWhole();
      for (Daemon target : List.of(cluster.b(), cluster.a())) {
        MoveIT.assertSucceeded(cluster.cluster().migrate(id, target.node(), progress -> {}));
        client.assertWhole();
      }
    }
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

  private static void asUser(Path bundle, String user) throws IOException {
    ObjectMapper json = new ObjectMapper();
    Path file = bundle.resolve("config.json");
    ObjectNode config = (ObjectNode) json.readTree(Files.readAllBytes(file));
    int id = Integer.parseInt(user);
    config.withObject("/process/user").put("uid", id).put("gid", id);
    Files.write(file, json.writeValueAsBytes(config));
  }
}
