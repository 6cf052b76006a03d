package io.nereid.transfer.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.snapshot.SnapshotCheck;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damage on the disk is found, kept out of new snapshots, and repaired. */
class VerifyTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 3_000;
  @TempDir Path dir;
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final byte[] memory = new byte[PAGES * PAGE];
  private SnapshotStore store;

  @BeforeEach
  void open() throws IOException {
    new Random(3).nextBytes(memory);
    Arrays.fill(memory, 7 * PAGE, 20 * PAGE, (byte) 0);
    store = new SnapshotStore(dir.resolve("snapshots"), pool, 2);
  }

  @AfterEach
  void close() {
    pool.shutdownNow();
  }

  private Snapshot put() throws IOException {
    return store.put(
        Drafts.draft(),
        Drafts.images(dir.resolve("images-" + System.nanoTime()), memory),
        0,
        done -> {});
  }

  private void flip(Path file, long at) throws IOException {
    try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
      content.seek(at);
      int is = content.read();
      content.seek(at);
      content.write(is ^ 4);
    }
  }

  private Path content(int pack) {
    return dir.resolve("snapshots/packs/" + pack + "/content");
  }

  private List<SnapshotCheck> verify() {
    return store.verify(Optional.empty(), Optional.empty(), done -> {});
  }

  private byte[] unpacked(Snapshot snapshot) throws IOException {
    Path into = Files.createDirectory(dir.resolve("out-" + System.nanoTime()));
    return Files.readAllBytes(
        store.unpack(snapshot.id(), into, done -> {}).get(TreeKind.IMAGES).resolve(Drafts.PAGES));
  }

  @Test
  void whatIsSoundIsCalledSound() throws IOException {
    put();
    assertThat(verify()).singleElement().matches(SnapshotCheck::sound);
    assertThat(verify().getFirst().bytes()).isEqualTo(memory.length);
  }

  @Test
  void aDamagedChunkIsFoundInAllSnapshotsThatReferToItAndNoNewOneRefersToIt() throws IOException {
    Snapshot first = put();
    Snapshot second = put();
    flip(content(1), 1_000 * PAGE + 17);
    flip(content(1), 2_000 * PAGE);
    for (SnapshotCheck check : verify()) {
      assertThat(check.damaged()).isEqualTo(2);
      assertThat(check.sound()).isFalse();
      assertThat(check.words()).isNotEmpty();
    }
    assertThat(store.hold(first.id())).isEmpty();
    // Also after a restart, which has not read it.
    store = new SnapshotStore(dir.resolve("snapshots"), pool, 2);
    assertThat(store.hold(second.id())).isEmpty();
    Snapshot third = put();
    assertThat(third.sizes().unique()).isEqualTo(2L * PAGE);
    assertThat(unpacked(third)).isEqualTo(memory);
    assertThat(store.hold(third.id())).isPresent();
    assertThatThrownBy(() -> unpacked(first))
        .matches(e -> FailureException.failureOf(e).code() == FailureCode.DIGEST_MISMATCH);
  }

  @Test
  void whatAnotherHolderHasRepairsAllSnapshotsAtOnce() throws IOException {
    Snapshot first = put();
    Snapshot second = put();
    flip(content(1), 1_500 * PAGE + 17);
    var trees = Drafts.images(dir.resolve("elsewhere"), memory);
    List<SnapshotCheck> checks =
        store.verify(Optional.of(first.id()), Optional.of(id -> trees), done -> {});
    assertThat(checks).singleElement().matches(c -> c.damaged() == 1 && c.repaired() == 1);
    assertThat(verify()).allMatch(c -> c.damaged() == 0);
    assertThat(unpacked(second)).isEqualTo(memory);
    assertThat(store.hold(first.id())).isPresent();
    assertThat(put().sizes().unique()).isZero();
  }

  @Test
  void aHolderWithOtherContentRepairsNothing() throws IOException {
    Snapshot first = put();
    flip(content(1), 1_500 * PAGE + 17);
    byte[] other = new byte[memory.length];
    new Random(8).nextBytes(other);
    var trees = Drafts.images(dir.resolve("elsewhere"), other);
    assertThat(store.verify(Optional.of(first.id()), Optional.of(id -> trees), done -> {}))
        .singleElement()
        .matches(c -> c.damaged() == 1 && c.repaired() == 0);
  }

  @Test
  void damagedListsAreFound() throws IOException {
    Snapshot first = put();
    Snapshot second = put();
    Path snapshots = dir.resolve("snapshots");
    flip(snapshots.resolve(first.id().value()).resolve("images.manifest"), 5_000);
    flip(snapshots.resolve(second.id().value()).resolve("images.places"), 8 * 100 + 7);
    assertThat(verify()).hasSize(2).allMatch(c -> c.damaged() == 1 && !c.sound());
    assertThatThrownBy(() -> unpacked(second))
        .matches(e -> FailureException.failureOf(e).code() == FailureCode.DIGEST_MISMATCH);
  }
}
