package io.nereid.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.nereid.linux.MountSafe;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/**
 * OpenSSH's server with its own host key and one user, root, whose key only a test knows. It runs
 * in a copy of the tree that setup unpacks, so nothing of the machine's own SSH is used or changed.
 */
public final class SshServer implements AutoCloseable {
  /** The password of its user. */
  public static final String PASSWORD = "correct-horse";

  // openssl passwd -6 -salt nereid correct-horse
  private static final String SHADOW =
      "root:$6$nereid$z7A5DWuQq6Xtis/37lGwSJnPWUcBtxg2rabHQu/w"
          + "3EFRZKEEVNVScHzDmSR/19ljVqr.Lv.PMYMpzbmSqwbQS0:19000:0:99999:7:::\n";

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private final List<String> where;
  private final Path directory;
  private final Path tree;
  private final String address;
  private final int port;
  private Process process;

  /**
   * Makes keys; listens to nobody yet. Skips the test where the server is not unpacked.
   *
   * @param where words before its command line, to start it in another namespace; or none
   * @param directory does not exist yet
   */
  public SshServer(List<String> where, Path directory, String address, int port)
      throws IOException {
    String prefix = System.getenv().getOrDefault("NEREID_PREFIX", "/usr/local/lib/nereid");
    Path unpacked = Path.of(prefix, "demo", "sshd");
    assumeTrue(Files.isDirectory(unpacked), "sshd is not unpacked: ./nereid setup --workloads");
    assumeTrue("root".equals(System.getProperty("user.name")), "sshd needs root");
    this.where = List.copyOf(where);
    this.directory = Files.createDirectories(directory);
    this.tree = directory.resolve("tree");
    this.address = address;
    this.port = port;
    run(List.of("cp", "-a", unpacked.toString(), tree.toString()));
    makeKey("/etc/ssh/host");
    makeKey("/root/id");
    Files.writeString(tree.resolve("etc/shadow"), SHADOW);
    Files.copy(tree.resolve("root/id"), key(), StandardCopyOption.REPLACE_EXISTING);
  }

  /** A port of this machine's loopback that was free a moment ago. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void makeKey(String file) throws IOException {
    run(
        List.of(
            "chroot",
            tree.toString(),
            "/usr/bin/ssh-keygen",
            "-q",
            "-t",
            "ecdsa",
            "-N",
            "",
            "-f",
            file));
  }

  /** Starts it, with more lines for its configuration. */
  public SshServer start(String... more) throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of(
                "HostKey /etc/ssh/host",
                "Port " + port,
                "ListenAddress " + address,
                "AuthorizedKeysFile /root/id.pub",
                "StrictModes no",
                "UsePAM no",
                "PidFile none",
                "PermitRootLogin yes"));
    lines.addAll(List.of(more));
    Files.write(tree.resolve("etc/ssh/test_config"), lines);
    List<String> argv = new ArrayList<>(where);
    argv.addAll(List.of("chroot", tree.toString(), "/usr/sbin/sshd", "-D", "-e"));
    argv.addAll(List.of("-f", "/etc/ssh/test_config"));
    Path log = log();
    Files.deleteIfExists(log);
    process =
        new ProcessBuilder(argv)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")))
            .start();
    Awaitility.await()
        .atMost(LIMIT)
        .until(() -> Files.readString(log).contains("Server listening on"));
    return this;
  }

  /** Ends it with all of its connections. */
  public void stop() {
    if (process == null) {
      return;
    }
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    try {
      assertThat(process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process = null;
  }

  /** Ends its connections only. */
  public void cut() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
  }

  /** What it has said. */
  public Path log() {
    return directory.resolve("sshd.log");
  }

  public int port() {
    return port;
  }

  /** The private key that it lets in. */
  public Path key() {
    return directory.resolve("id");
  }

  /** A line for a known_hosts file. */
  public String knownHost() throws IOException {
    String[] words = Files.readString(tree.resolve("etc/ssh/host.pub")).split(" ");
    return "[%s]:%d %s %s\n".formatted(address, port, words[0], words[1]);
  }

  private static void run(List<String> argv) throws IOException {
    Process done = new ProcessBuilder(argv).inheritIO().start();
    try {
      assertThat(done.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("%s", argv).isTrue();
      assertThat(done.exitValue()).as("%s", argv).isZero();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() throws IOException {
    stop();
    MountSafe.delete(directory);
  }
}
