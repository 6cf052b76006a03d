package io.nereid.nymph.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is done in another network namespace happens there, and nothing of it stays. */
@RequiresRuntime
class NetworkNamespaceTest {
  private static final Path OURS = Path.of("/proc/thread-self/ns/net");
  private Process there;
  private Path namespace;

  @BeforeEach
  void start() throws IOException {
    there = new ProcessBuilder("unshare", "--net", "sleep", "60").start();
    namespace = Path.of("/proc", Long.toString(there.pid()), "ns/net");
    await().until(() -> !name(namespace).equals(name(OURS)));
  }

  @AfterEach
  void end() {
    there.destroyForcibly().onExit().join();
  }

  private static String name(Path file) throws IOException {
    return Files.readSymbolicLink(file).toString();
  }

  private static List<Path> openNamespaces() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(NetworkNamespaceTest::isNamespace).toList();
    }
  }

  private static boolean isNamespace(Path descriptor) {
    try {
      return name(descriptor).startsWith("net:[");
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void workIsDoneThereAndTheCallerStaysWhereItIs() throws IOException {
    String before = name(OURS);
    assertThat(NetworkNamespace.in(namespace, () -> name(OURS))).isEqualTo(name(namespace));
    assertThat(name(OURS)).isEqualTo(before);
  }

  @Test
  void noDescriptorOfItStaysOpen() throws IOException {
    List<Path> before = openNamespaces();
    NetworkNamespace.in(namespace, () -> "done");
    assertThat(openNamespaces()).isEqualTo(before);
  }

  @Test
  void whatIsNoNamespaceIsRefusedWithItsNameAndTheReason() {
    Path missing = Path.of("/proc/self/ns/missing");
    assertThatThrownBy(() -> NetworkNamespace.in(missing, () -> "never"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot open " + missing + ": No such file");
    Path other = Path.of("/proc/self/status");
    assertThatThrownBy(() -> NetworkNamespace.in(other, () -> "never"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot enter " + other);
  }

  @Test
  void workThatFailsThereFailsHere() {
    assertThatThrownBy(() ->
            NetworkNamespace.in(
                namespace,
                () -> {
                  throw new IOException("nothing listens");
                }))
        .isInstanceOf(IOException.class)
        .hasMessage("nothing listens");
  }
}
