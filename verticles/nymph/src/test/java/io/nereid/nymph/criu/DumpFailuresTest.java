package io.nereid.nymph.criu;

import static io.nereid.nymph.criu.RuncLab.assertCause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.nymph.criu.RuncLab.Subject;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers that CRIU really refuses to dump, and what Nereid says about it. */
@RequiresRuntime
class DumpFailuresTest {
  private static final String WAIT = "; touch /ready; sleep 1000";
  private static final String CONNECT =
      "busybox nc -l -p 80 -e sleep 1000 & until busybox nc 127.0.0.1 80; do sleep 0.1; done";

  @TempDir Path dir;
  private RuncLab lab;

  @BeforeEach
  void open() {
    lab = new RuncLab(dir);
  }

  @AfterEach
  void close() throws IOException {
    lab.close();
  }

  private Subject ready(String script) throws IOException {
    Subject subject = lab.start(script + WAIT);
    awaitReady(subject);
    return subject;
  }

  private static void awaitReady(Subject subject) {
    await().until(() -> Files.exists(subject.file("ready")));
  }

  private Subject connected(String script) throws IOException {
    Subject subject = lab.start(script);
    lab.enter(subject, "-n", "ip", "link", "set", "lo", "up");
    Path table = Path.of("/proc", lab.pid(subject) + "", "net/tcp");
    await().until(() -> Files.readString(table).contains(" 0100007F:0050 "));
    return subject;
  }

  @Test
  void connectionsThatAreNotToMove() throws IOException {
    Failure failure = lab.dumpFails(connected(CONNECT));
    assertCause(failure, "tcp-established");
    assertThat(failure.message())
        .isEqualTo(
            "checkpoint: there are established TCP connections, and they are not to move; CRIU says:"
                + " inet: Connected TCP socket, consider using --tcp-established option.");
  }

  @Test
  void aHostThatCannotBlockTheNetwork() throws IOException {
    Subject subject = connected(CONNECT);
    List<String> bare = List.of("env", "CRIU_CONFIG_FILE=/dev/null", "PATH=" + lab.onlyCriu());
    assertCause(
        lab.dumpFails(bare, subject, subject.images(), "--tcp-established"),
        "network-lock-missing");
  }

  @Test
  void aDeletedFileLargerThanTheLimit() throws IOException {
    Path small = Files.writeString(dir.resolve("small.conf"), "ghost-limit 1M\n");
    Subject subject =
        lab.start(
            "exec 5>/tmp/big; dd if=/dev/zero bs=1M count=2 >&5; rm /tmp/big" + WAIT,
            config -> config.withObject("/annotations").put("org.criu.config", small.toString()));
    awaitReady(subject);
    assertCause(lab.dumpFails(subject), "ghost-file-too-big");
  }

  @Test
  void aLockThatIsNotToMove() throws IOException {
    // Busybox has no flock here, so the host's is brought along.
    Subject subject = lab.make("flock /tmp/l sleep 1000", config -> {});
    assumeTrue(lab.bring(subject, Path.of("/usr/bin/flock")), "no flock on this host");
    assertThat(lab.start(subject).ok()).isTrue();
    await().until(() -> Files.exists(subject.file("tmp/l")));
    await().until(() -> Files.readString(Path.of("/proc/locks")).contains(inode(subject)));
    assertCause(lab.dumpFails(subject), "file-lock");
    lab.dump(subject, "--file-locks");
  }

  private static String inode(Subject subject) throws IOException {
    return ":" + Files.getAttribute(subject.file("tmp/l"), "unix:ino") + " ";
  }

  @Test
  void anOpenFileBelowAMount() throws IOException {
    Subject subject = ready("exec 5>/tmp/x");
    lab.enter(subject, "-m", "/bin/busybox", "mount", "-t", "tmpfs", "none", "/tmp");
    assertCause(lab.dumpFails(subject), "link-remap");
  }

  @Test
  void aFileSystemThatCriuDoesNotKnow() throws IOException {
    Subject subject = ready("true");
    lab.enter(subject, "-m", "/bin/busybox", "mount", "-t", "ramfs", "none", "/tmp");
    assertCause(lab.dumpFails(subject), "unsupported-filesystem");
  }

  @Test
  void anOpenDevice() throws IOException {
    assumeTrue(Files.exists(Path.of("/dev/loop-control")), "no /dev/loop-control");
    Subject subject = lab.start("exec 5</dev/control" + WAIT, DumpFailuresTest::addLoopControl);
    awaitReady(subject);
    assertCause(lab.dumpFails(subject), "device-file");
  }

  private static void addLoopControl(ObjectNode config) {
    ObjectNode linux = config.withObject("/linux");
    linux
        .withArray("/devices")
        .addObject()
        .put("path", "/dev/control")
        .put("type", "c")
        .put("major", 10)
        .put("minor", 237);
    linux
        .withObject("/resources")
        .putArray("devices")
        .addObject()
        .put("allow", true)
        .put("access", "rwm");
  }

  @Test
  void aNamespaceInsideTheContainer() throws IOException {
    Subject subject =
        lab.start(
            "busybox unshare -p -f sh -c 'touch /ready; sleep 1000'",
            config -> {
              ObjectNode capabilities = config.withObject("/process/capabilities");
              for (String set : List.of("bounding", "effective", "permitted")) {
                capabilities.putArray(set).add("CAP_SYS_ADMIN");
              }
            });
    awaitReady(subject);
    assertCause(lab.dumpFails(subject), "nested-namespace");
  }

  @Test
  void outputThatGoesToAFileOfTheHost() throws IOException {
    Subject subject = lab.make("sleep 1000", config -> {});
    lab.expect(
        "sh",
        "-c",
        "out=$1; shift; \"$@\" </dev/null >\"$out\" 2>&1",
        "sh",
        dir.resolve("counter.out") + "",
        "runc",
        "--root",
        dir.resolve("run/runc") + "",
        "run",
        "--detach",
        "--bundle",
        subject.bundle() + "",
        subject.id().value());
    assertCause(lab.dumpFails(subject), "stdio-outside");
  }

  @Test
  void aConnectionToASocketOfTheHost() throws IOException {
    Path socket = dir.resolve("log");
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(UnixDomainSocketAddress.of(socket));
      Subject subject =
          lab.start(
              "(echo hello; touch /ready; sleep 1000) | busybox logger",
              config ->
                  config
                      .withArray("/mounts")
                      .addObject()
                      .put("destination", "/dev/log")
                      .put("type", "bind")
                      .put("source", socket.toString())
                      .putArray("options")
                      .add("bind"));
      try (SocketChannel connection = server.accept()) {
        awaitReady(subject);
        assertThat(connection.isConnected()).isTrue();
        assertCause(lab.dumpFails(subject), "unix-socket-outside");
      }
    }
  }

  @Test
  void aDiskThatIsFull() throws IOException {
    Subject subject = ready("true");
    Path small = Files.createDirectories(dir.resolve("small"));
    lab.expect("mount", "-t", "tmpfs", "-o", "size=64k", "none", small.toString());
    Failure failure = lab.dumpFails(List.of(), subject, small.resolve("images"));
    assertCause(failure, "no-space");
    assertThat(failure.code()).isEqualTo(FailureCode.NO_SPACE);
  }

  @Test
  void whatRuncRefusesBeforeItCallsCriu() throws IOException {
    Subject subject = ready("true");
    assertCause(lab.dumpFails(subject, "--parent-path", "../none"), "parent-image-missing");
    String only = lab.onlyCriu();
    assertThat(Files.deleteIfExists(Path.of(only, "criu"))).isTrue();
    List<String> without = List.of("env", "PATH=" + only);
    assertCause(lab.dumpFails(without, subject, subject.images()), "criu-not-found");
    Path broken = Path.of(only, "criu");
    Files.writeString(broken, "#!/bin/sh\nkill -SEGV $$\n");
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    assertCause(lab.dumpFails(without, subject, subject.images()), "criu-crashed");
  }

  @Test
  void aPageServerThatIsNotThere() throws IOException {
    Subject subject = ready("true");
    assertCause(lab.dumpFails(subject, "--page-server", "127.0.0.1:9"), "page-server");
  }

  @Test
  void aContainerThatIsNotRunning() throws IOException {
    Subject subject = lab.start("true");
    await().until(() -> lab.pid(subject) == 0);
    assertCause(lab.dumpFails(subject), "container-state");
  }
}
