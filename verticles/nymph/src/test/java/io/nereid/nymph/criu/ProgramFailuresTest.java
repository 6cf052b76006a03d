package io.nereid.nymph.criu;

import static io.nereid.nymph.criu.RuncLab.assertCause;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.nereid.nymph.criu.RuncLab.Subject;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What programs use that CRIU cannot dump, tried with the host's perl, which is on every Debian and
 * can make any system call. The numbers are those of x86-64.
 */
@RequiresRuntime
class ProgramFailuresTest {
  private static final String READY =
      "sub ready { my $r = shift; open(my $f, '>', '/result'); print $f $r; close $f;"
          + " rename('/result', '/ready'); sleep 1000 } ";

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

  /** Runs perl; what it hands to ready() must not be negative, or the kernel lacks it. */
  private Subject perl(String program, Consumer<ObjectNode> change) throws IOException {
    Subject subject = begin(program, change);
    await().until(() -> Files.exists(subject.file("ready")));
    int result = Integer.parseInt(Files.readString(subject.file("ready")));
    assumeTrue(result >= 0, "this kernel does not permit it");
    return subject;
  }

  private Subject begin(String program, Consumer<ObjectNode> change) throws IOException {
    assumeTrue(System.getProperty("os.arch").equals("amd64"), "other numbers of system calls");
    Subject subject =
        lab.make(
            "",
            config -> {
              ArrayNode args = config.withObject("/process").putArray("args");
              args.add("/bin/perl").add("-e").add(READY + program);
              change.accept(config);
            });
    assumeTrue(lab.bring(subject, Path.of("/usr/bin/perl")), "no perl");
    assertThat(lab.start(subject).ok()).isTrue();
    return subject;
  }

  private Subject perl(String program) throws IOException {
    return perl(program, config -> {});
  }

  @Test
  void ioUring() throws IOException {
    String program = "my $p = \"\\0\" x 120; ready(syscall(425, 8, $p))";
    assertCause(lab.dumpFails(perl(program)), "io-uring");
  }

  @Test
  void ioUringThatIsMapped() throws IOException {
    String program =
        "my $p = \"\\0\" x 120; my $fd = syscall(425, 8, $p);"
            + " ready(syscall(9, 0, 4096, 3, 1, $fd, 0) == -1 ? -1 : $fd)";
    assertCause(lab.dumpFails(perl(program)), "io-uring");
  }

  @Test
  void aPerfEvent() throws IOException {
    String program =
        "my $a = pack('LLQQQQQ', 1, 112, 0, 0, 0, 0, 0x60) . \"\\0\" x 64;"
            + " ready(syscall(298, $a, 0, -1, -1, 0))";
    assertCause(lab.dumpFails(perl(program)), "perf-event");
  }

  @Test
  void aPidfdOfAThread() throws IOException {
    assertCause(lab.dumpFails(perl("ready(syscall(434, $$ + 0, 0200))")), "pidfd");
  }

  @Test
  void aUserfaultfd() throws IOException {
    assertCause(lab.dumpFails(perl("ready(syscall(323, 1))")), "unsupported-file");
  }

  @Test
  void anEbpfMap() throws IOException {
    String program =
        "my $a = pack('LLLLL', 6, 4, 8, 1, 0) . \"\\0\" x 100; ready(syscall(321, 0, $a, 120))";
    assertCause(
        lab.dumpFails(perl(program, config -> capable(config, "CAP_SYS_ADMIN", "CAP_BPF"))), "bpf");
  }

  @Test
  void aSocketOfMultipathTcp() throws IOException {
    String program = "socket(my $s, 2, 1, 262) or ready(-1); listen($s, 5); ready(fileno($s))";
    assertCause(lab.dumpFails(perl(program)), "mptcp");
  }

  @Test
  void aSocketOfAFamilyThatCriuDoesNotKnow() throws IOException {
    String program = "socket(my $s, 40, 1, 0) or ready(-1); ready(fileno($s))";
    assertCause(lab.dumpFails(perl(program)), "unsupported-socket");
  }

  @Test
  void aClientThatIsNotAcceptedYet() throws IOException {
    String program =
        "socket(my $s, 2, 1, 0); my $a = pack('SnC4x8', 2, 80, 127, 0, 0, 1); bind($s, $a);"
            + " listen($s, 5); socket(my $c, 2, 1, 0);"
            + " until (connect($c, $a)) { select(undef, undef, undef, 0.1) } ready(0)";
    Subject subject = begin(program, config -> {});
    lab.enter(subject, "-n", "ip", "link", "set", "lo", "up");
    await().until(() -> Files.exists(subject.file("ready")));
    assertCause(lab.dumpFails(subject, "--tcp-established"), "tcp-in-flight");
  }

  @Test
  void sharedMemoryOfTheHost() throws IOException {
    String program =
        "my $id = shmget(0, 4096, 0600); my $at = syscall(30, $id, 0, 0);"
            + " syscall(31, $id, 0, 0); ready($at == -1 ? -1 : 0)";
    Subject subject = perl(program, config -> without(config, "ipc"));
    assertCause(lab.dumpFails(subject), "shared-memory-outside");
  }

  @Test
  void aFileThatWasHandedIn() throws IOException {
    Path file = Files.writeString(dir.resolve("state.db"), "state");
    Subject subject = lab.make("touch /ready; sleep 1000", config -> {});
    assertThat(lab.startWith(subject, file).ok()).isTrue();
    await().until(() -> Files.exists(subject.file("ready")));
    assertCause(lab.dumpFails(subject), "file-outside");
  }

  private static void capable(ObjectNode config, String... names) {
    ObjectNode capabilities = config.withObject("/process/capabilities");
    for (String set : List.of("bounding", "effective", "permitted")) {
      ArrayNode all = capabilities.putArray(set);
      List.of(names).forEach(all::add);
    }
  }

  private static void without(ObjectNode config, String type) {
    ArrayNode namespaces = config.withObject("/linux").withArray("/namespaces");
    for (int i = namespaces.size() - 1; i >= 0; i--) {
      if (namespaces.get(i).path("type").asText().equals(type)) {
        namespaces.remove(i);
      }
    }
  }
}
