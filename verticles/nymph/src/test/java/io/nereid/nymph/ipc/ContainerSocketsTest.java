package io.nereid.nymph.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.config.IpcConfig;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.bundle.ExtraMount;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.JobMessages.CheckpointRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContainerSocketsTest {
  private static final String PLACE = "/tmp/msc.sock";
  private static final Map<String, String> SETTLED = Map.of(ContainerSockets.ANNOTATION, PLACE);
  private static final ContainerId ID = ContainerId.random();
  private static final ContainerName NAME = new ContainerName("speaker");
  @TempDir private Path dir;
  private final List<Object> asked = new CopyOnWriteArrayList<>();
  private HostPaths paths;
  private ContainerSockets sockets;

  private final class Refusing implements Coordinator {
    @Override
    public <Q, R> R ask(Address<Q, R> address, Q question) {
      asked.add(question);
      throw new FailureException(Failure.refused(FailureCode.WRONG_STATE, "not now", ""));
    }
  }

  @BeforeEach
  void open() {
    paths =
        new HostPaths(
            new NodeId("a"), dir.resolve("data"), dir.resolve("run"), dir.resolve("dumps"));
    sockets = with(Optional.of(PLACE));
  }

  @AfterEach
  void close() {
    sockets.close();
  }

  private ContainerSockets with(Optional<String> place) {
    return new ContainerSockets(paths, new IpcConfig(place, 600), new Refusing());
  }

  @Test
  void whatAContainerSaysIsAskedAboutThatContainer() throws IOException {
    ExtraMount mount = sockets.provide(ID, NAME, SETTLED).getFirst();
    assertThat(mount.destination()).isEqualTo(PLACE);
    assertThat(mount.options()).contains("bind", "ro", "nosuid", "nodev", "noexec");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(mount.source())))
        .isEqualTo("rw-rw-rw-");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(paths.sockets())))
        .as("who may speak for containers on the host")
        .isEqualTo("rwx------");
    send(mount.source(), "CHECKPOINT nightly\n");
    send(mount.source(), "MIGRATE " + NAME);
    send(mount.source(), "MIGRATE elsewhere\0");
    await().untilAsserted(() -> assertThat(asked).hasSize(3));
    assertThat(asked.getFirst())
        .isEqualTo(new CheckpointRequest(ID.value(), Optional.of("nightly")));
    assertThat(asked.get(1))
        .isInstanceOfSatisfying(
            MigrateRequest.class,
            request -> {
              assertThat(request.ref()).isEqualTo(ID.value());
              assertThat(request.target()).isEmpty();
            });
    assertThat(asked.get(2))
        .isInstanceOfSatisfying(
            MigrateRequest.class,
            request -> {
              assertThat(request.ref()).isEqualTo(ID.value());
              assertThat(request.target()).contains("elsewhere");
            });
  }

  @Test
  void aRemovedSocketIsGoneAndOthersAreStillHeard() throws IOException {
    ContainerId other = ContainerId.random();
    Path first = sockets.provide(ID, NAME, SETTLED).getFirst().source();
    Path second = sockets.provide(other, new ContainerName("other"), SETTLED).getFirst().source();
    sockets.remove(ID);
    sockets.remove(ID);
    assertThat(first).doesNotExist();
    send(second, "CHECKPOINT");
    await()
        .untilAsserted(() ->
            assertThat(asked)
                .containsExactly(new CheckpointRequest(other.value(), Optional.empty())));
  }

  @Test
  void aNewDaemonIsHeardAtTheSamePath() throws IOException {
    Path socket = sockets.provide(ID, NAME, SETTLED).getFirst().source();
    sockets.close();
    sockets = with(Optional.of(PLACE));
    sockets.adopt(ID, NAME, SETTLED);
    assertThat(sockets.isPerhapsStale(ID)).isTrue();
    send(socket, "CHECKPOINT");
    await().untilAsserted(() -> assertThat(asked).hasSize(1));
  }

  @Test
  void whereItIsOffAContainerThatCameWithASocketGetsOneToWhichNobodyListens() {
    sockets.close();
    sockets = with(Optional.empty());
    Path socket = sockets.provide(ID, NAME, SETTLED).getFirst().source();
    assertThat(Files.exists(socket)).isTrue();
    assertThatThrownBy(() -> send(socket, "CHECKPOINT")).isInstanceOf(IOException.class);
    assertThat(ContainerSockets.place(sockets.settle(Map.of()))).isEmpty();
    assertThat(ContainerSockets.place(sockets.settle(SETTLED))).isEmpty();
  }

  @Test
  void theBundleMayAskForAnotherPlaceOrNone() {
    assertThat(ContainerSockets.place(sockets.settle(Map.of("a", "b")))).contains(PLACE);
    assertThat(sockets.settle(Map.of("a", "b"))).containsEntry("a", "b");
    assertThat(ContainerSockets.place(sockets.settle(asking("/run/ask")))).contains("/run/ask");
    assertThat(ContainerSockets.place(sockets.settle(asking("off")))).isEmpty();
    for (String wrong : List.of("", "relative", "/a/../b", "/proc/x", "/a b", "/")) {
      assertThatThrownBy(() -> sockets.settle(asking(wrong)))
          .as(wrong)
          .isInstanceOf(FailureException.class)
          .hasMessageContaining(ContainerSockets.ANNOTATION);
    }
    assertThat(sockets.provide(ID, NAME, Map.of())).isEmpty();
  }

  @Test
  void onlyADeadSocketOfThisContainerIsStale() {
    Path socket = Path.of("/run/nereid/ipc", ID.value());
    String head = "85 79 254:0 /nereid/ipc/" + ID;
    String tail = " ro,nosuid - tmpfs tmpfs rw\n";
    String dead = head + "//deleted " + PLACE + tail;
    assertThat(ContainerSockets.isStale(dead, PLACE, socket)).isTrue();
    assertThat(ContainerSockets.isStale(head + " " + PLACE + tail, PLACE, socket)).isFalse();
    assertThat(ContainerSockets.isStale(dead, "/run/ask", socket)).isFalse();
    String covered = dead + "90 85 0:44 / " + PLACE + " rw - tmpfs tmpfs rw\n";
    assertThat(ContainerSockets.isStale(covered, PLACE, socket)).isFalse();
    Path another = Path.of("/run/nereid/ipc", ContainerId.random().value());
    assertThat(ContainerSockets.isStale(dead, PLACE, another)).isFalse();
    assertThat(ContainerSockets.isStale("nonsense\n\n", PLACE, socket)).isFalse();
  }

  private static Map<String, String> asking(String place) {
    return Map.of(ContainerSockets.ANNOTATION, place);
  }

  private static void send(Path socket, String text) throws IOException {
    try (UnixDatagramChannel channel = UnixDatagramChannel.open()) {
      int sent =
          channel.send(
              ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)),
              new UnixSocketAddress(socket.toFile()));
      if (sent < 0) {
        throw new IOException("refused");
      }
    }
  }
}
