package io.nereid.nymph.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.config.NetworkConfig;
import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.RandomHex;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.journal.ResourceJournal;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts on one machine that use the same bridge; the bridge exists for these tests only. */
@RequiresRuntime
class BridgeNetworkTest {
  private static final String ADDRESS = "10.93.0.5/24";
  private static final String CLIENT = "10.93.0.9";

  @TempDir Path dir;
  private final String bridge = "nrt" + RandomHex.ofBytes(4);
  private final ContainerId id = ContainerId.random();
  private final NetworkSpec spec =
      new NetworkSpec(
          NetworkMode.BRIDGE,
          Optional.of(ADDRESS),
          Optional.empty(),
          Optional.of("02:6e:0a:5d:00:05"));
  private SystemProcessRunner runner;
  private BridgeNetwork a;
  private BridgeNetwork b;
  private ResourceJournal journalA;

  private BridgeNetwork host(String name, ResourceJournal journal) {
    HostPaths paths =
        new HostPaths(
            new NodeId(name),
            dir.resolve(name + "-data"),
            dir.resolve(name + "-run"),
            dir.resolve(name + "-dumps"));
    return new BridgeNetwork(
        runner,
        runner,
        paths,
        journal,
        new NetworkConfig(bridge, Optional.empty(), "10.93.0.0/24", Optional.empty()));
  }

  @BeforeEach
  void start() {
    runner = SystemProcessRunner.ofThisHost();
    journalA = ResourceJournal.open(dir.resolve("a-journal"));
    a = host("a", journalA);
    b = host("b", ResourceJournal.open(dir.resolve("b-journal")));
  }

  @AfterEach
  void nothingIsLeft() {
    a.remove(id);
    b.remove(id);
    assertThat(HostBridge.exists(bridge)).isFalse();
    assertThat(sh("cat /proc/self/mountinfo")).doesNotContain(dir.toString());
    assertThat(journalA.all()).isEmpty();
  }

  private String sh(String script) {
    Outcome outcome = runner.run(Command.of(Duration.ofSeconds(15), "sh", "-c", script));
    assertThat(outcome.ok()).as("%s: %s", script, outcome).isTrue();
    return ((Outcome.Exited) outcome).stdout();
  }

  /** A refused connection is an answer: the container's kernel has nobody at that port. */
  private static boolean answers(int withinMs) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("10.93.0.5", 9), withinMs);
      return true;
    } catch (ConnectException e) {
      return e.getMessage().contains("refused");
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean answers() {
    return answers(400);
  }

  private void clientOnTheBridge() {
    sh("ip addr replace " + CLIENT + "/24 dev " + bridge);
  }

  @Test
  void aContainerAnswersAtItsAddressAndNoLongerWhenDetached() {
    a.create(id, spec, false);
    clientOnTheBridge();
    await().atMost(Duration.ofSeconds(5)).until(BridgeNetworkTest::answers);
    a.detach(id);
    assertThat(answers()).isFalse();
    a.attach(id);
    a.unpark(id);
    await().atMost(Duration.ofSeconds(5)).until(BridgeNetworkTest::answers);
  }

  @Test
  void aParkedContainerIsSilentAndGetsWhatArrivedOnceItIsUnparked() {
    a.create(id, spec, false);
    clientOnTheBridge();
    await().atMost(Duration.ofSeconds(5)).until(BridgeNetworkTest::answers);
    Path there = b.create(id, spec, true);
    assertThat(answers()).as("the first host still answers").isTrue();
    a.detach(id);
    b.announce(id);
    assertThat(answers()).as("nobody answers while parked").isFalse();
    assertThat(there).exists();
    // The kernel repeats a connection request after one second; an earlier answer was parked.
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> answers(900));
    await().pollDelay(Duration.ofMillis(150)).until(() -> !waiting.isDone());
    b.unpark(id);
    assertThat(waiting.join()).as("the parked request was answered").isTrue();
    assertThat(answers()).isTrue();
  }

  @Test
  void creatingAgainKeepsWhatIsThereAndRemovingAgainIsFine() {
    Path first = a.create(id, spec, false);
    assertThat(a.create(id, spec, false)).isEqualTo(first);
    assertThat(a.namespace(id)).contains(first);
    a.remove(id);
    a.remove(id);
    assertThat(a.namespace(id)).isEmpty();
  }

  @Test
  void aRestartedHostRemovesNetworksThatNobodyOwns() {
    a.create(id, spec, false);
    host("a", journalA).adopt(Map.of());
    assertThat(a.namespace(id)).isEmpty();
    assertThat(journalA.all()).isEmpty();
  }
}
