package io.nereid.transfer.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.container.NetworkSpec;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.node.Capabilities;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotStoreTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 256;
  @TempDir Path dir;
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final byte[] memory = new byte[PAGES * PAGE];
  private SnapshotStore store;

  @BeforeEach
  void open() throws IOException {
    new Random(3).nextBytes(memory);
    Arrays.fill(memory, 0, PAGE, (byte) 0);
    store = new SnapshotStore(dir.resolve("snapshots"), pool, 2);
  }

  @AfterEach
  void close() {
    pool.shutdownNow();
  }

  private Snapshot put(String text) throws IOException {
    Path trees = Files.createDirectories(dir.resolve("trees-" + System.nanoTime()));
    Path images = Files.createDirectory(trees.resolve("images"));
    Files.write(images.resolve("pages-1.img"), memory);
    Path upper = Files.createDirectory(trees.resolve("upper"));
    Files.writeString(upper.resolve("file"), text);
    Files.createSymbolicLink(upper.resolve("link"), Path.of("file"));
    return store.put(
        draft(),
        List.of(new Tree(TreeKind.IMAGES, images), new Tree(TreeKind.UPPER, upper)),
        System.nanoTime(),
        done -> {});
  }

  private static Snapshot draft() {
    return new Snapshot(
        SnapshotId.random(),
        Optional.empty(),
        ContainerId.random(),
        new ContainerName("c"),
        new NodeId("a"),
        Snapshot.Origin.TAKEN,
        Instant.parse("2026-01-01T00:00:00Z"),
        Epoch.FIRST,
        NetworkSpec.without(NetworkMode.NONE),
        new Capabilities("x86_64", "6", "v2", "1", "4", "2", List.of(), List.of()),
        List.of(),
        List.of("sh"),
        false,
        Snapshot.Sizes.UNKNOWN,
        7,
        0);
  }

  private void assertWhole(Snapshot snapshot, byte[] pages, String text) throws IOException {
    Path into = Files.createDirectory(dir.resolve("out-" + System.nanoTime()));
    Map<TreeKind, Path> roots = store.unpack(snapshot.id(), into, done -> {});
    assertThat(Files.readAllBytes(roots.get(TreeKind.IMAGES).resolve("pages-1.img")))
        .isEqualTo(pages);
    assertThat(roots.get(TreeKind.UPPER).resolve("file")).hasContent(text);
    assertThat(Files.readSymbolicLink(roots.get(TreeKind.UPPER).resolve("link")))
        .isEqualTo(Path.of("file"));
  }

  private long bytesOnDisk() throws IOException {
    try (Stream<Path> files = Files.walk(dir.resolve("snapshots/packs"))) {
      long blocks = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Outcome stat =
            SystemProcessRunner.ofThisHost()
                .run(Command.of(Duration.ofSeconds(10), "stat", "-c", "%b", file.toString()));
        blocks += Long.parseLong(((Outcome.Exited) stat).stdout().strip());
      }
      return blocks * 512;
    }
  }

  @Test
  void aSecondSnapshotCostsOnlyWhatHasChanged() throws IOException {
    Snapshot first = put("one");
    assertThat(first.sizes().unique()).isEqualTo((PAGES - 1) * PAGE + 3L);
    byte[] before = memory.clone();
    memory[10 * PAGE] ^= 1;
    Snapshot second = put("two");
    assertThat(second.sizes().unique()).isEqualTo(PAGE + 3L);
    assertThat(second.sizes().total()).isEqualTo(PAGES * PAGE + 3L);
    assertWhole(first, before, "one");
    assertWhole(second, memory, "two");
  }

  @Test
  void whatAnotherSnapshotNeedsStaysWhenOneIsRemovedAndTheRestIsGivenBack() throws IOException {
    Snapshot first = put("one");
    new Random(4).nextBytes(memory);
    byte[] half = memory.clone();
    Snapshot second = put("two");
    // The first half as in the second snapshot, the other half new.
    Random other = new Random(5);
    byte[] tail = new byte[PAGES / 2 * PAGE];
    other.nextBytes(tail);
    System.arraycopy(tail, 0, memory, PAGES / 2 * PAGE, tail.length);
    Snapshot third = put("three");
    long all = bytesOnDisk();
    store.remove(second.id());
    assertThat(bytesOnDisk()).isLessThan(all - PAGES / 4 * PAGE);
    assertWhole(third, memory, "three");
    store.remove(first.id());
    assertWhole(third, memory, "three");
    // What is a hole now must not be taken for content.
    System.arraycopy(half, 0, memory, 0, memory.length);
    Snapshot again = put("again");
    assertWhole(again, half, "again");
    store.remove(third.id());
    store.remove(again.id());
    assertThat(bytesOnDisk()).isZero();
    assertThat(store.all()).isEmpty();
    assertThat(store.version()).isZero();
  }

  @Test
  void snapshotsSurviveARestartAndHalfWrittenOnesDoNot() throws IOException {
    Snapshot kept = put("kept");
    Snapshot lost = put("lost");
    Path packs = dir.resolve("snapshots/packs");
    Files.delete(dir.resolve("snapshots").resolve(lost.id().value()).resolve("snapshot.json"));
    Files.createDirectories(packs.resolve(".staging-0123"));
    Files.createDirectories(dir.resolve("snapshots/.staging-4567"));
    open();
    assertThat(store.all()).containsExactly(kept);
    assertThat(dir.resolve("snapshots").resolve(lost.id().value())).doesNotExist();
    assertThat(packs.resolve(".staging-0123")).doesNotExist();
    assertWhole(kept, memory, "kept");
    assertThat(put("kept").sizes().unique()).isZero();
  }

  @Test
  void aFlippedBitIsFoundAndNothingIsLeft() throws IOException {
    Snapshot snapshot = put("text");
    try (RandomAccessFile content =
        new RandomAccessFile(dir.resolve("snapshots/packs/1/content").toFile(), "rw")) {
      content.seek(5 * PAGE);
      int is = content.read();
      content.seek(5 * PAGE);
      content.write(is ^ 4);
    }
    Path into = Files.createDirectory(dir.resolve("out"));
    assertThatThrownBy(() -> store.unpack(snapshot.id(), into, done -> {}))
        .isInstanceOf(FailureException.class)
        .matches(e -> FailureException.failureOf(e).code() == FailureCode.DIGEST_MISMATCH);
    assertThat(into).isEmptyDirectory();
  }

  @Test
  void aSnapshotThatIsBeingReadIsNotRemoved() throws IOException {
    Snapshot snapshot = put("text");
    Path into = Files.createDirectory(dir.resolve("out"));
    boolean[] refused = {false};
    store.unpack(
        snapshot.id(),
        into,
        done -> {
          if (!refused[0]) {
            assertThatThrownBy(() -> store.remove(snapshot.id()))
                .matches(e -> FailureException.failureOf(e).code() == FailureCode.BUSY);
            refused[0] = true;
          }
        });
    assertThat(refused[0]).isTrue();
    store.remove(snapshot.id());
    assertThatThrownBy(() -> store.get(snapshot.id()))
        .matches(e -> FailureException.failureOf(e).code() == FailureCode.NOT_FOUND);
  }
}
