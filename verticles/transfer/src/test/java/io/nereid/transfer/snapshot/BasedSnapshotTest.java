package io.nereid.transfer.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.port.BasedOn;
import io.nereid.port.SnapshotPort;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Snapshots of which a part is only a reference to an earlier one. */
class BasedSnapshotTest {
  private static final int PAGE = 4096;
  private static final int PAGES = 4_000;
  @TempDir Path dir;
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final byte[] memory = new byte[PAGES * PAGE];
  private SnapshotStore store;
  private Snapshot base;

  @BeforeEach
  void open() throws IOException {
    new Random(3).nextBytes(memory);
    store = new SnapshotStore(dir.resolve("snapshots"), pool, 2);
    base = store.put(Drafts.draft(), Drafts.images(dir.resolve("base"), memory), 0, done -> {});
  }

  @AfterEach
  void close() {
    pool.shutdownNow();
  }

  private static BasedOn.Range range(int page, int basePage, int pages) {
    return new BasedOn.Range(
        Drafts.PAGES,
        (long) page * PAGE,
        Drafts.PAGES,
        (long) basePage * PAGE,
        (long) pages * PAGE);
  }

  private Snapshot put(byte[] holes, BasedOn based) throws IOException {
    return store.put(
        Drafts.draft(),
        Drafts.images(dir.resolve("next-" + System.nanoTime()), holes),
        Optional.of(based),
        0,
        done -> {});
  }

  private byte[] unpacked(Snapshot snapshot) throws IOException {
    Path into = Files.createDirectory(dir.resolve("out-" + System.nanoTime()));
    return Files.readAllBytes(
        store.unpack(snapshot.id(), into, done -> {}).get(TreeKind.IMAGES).resolve(Drafts.PAGES));
  }

  @Test
  void pagesThatAreReferencesAreThereLikeAllOthersAndOutliveTheBase() throws IOException {
    // A page more at the beginning, so that all others are elsewhere; every hundredth is new.
    byte[] holes = new byte[(PAGES + 1) * PAGE];
    byte[] expected = new byte[holes.length];
    byte[] fresh = new byte[PAGE];
    Random random = new Random(4);
    System.arraycopy(memory, 0, expected, PAGE, memory.length);
    java.util.List<BasedOn.Range> ranges = new java.util.ArrayList<>();
    for (int page = 0; page < PAGES; page += 100) {
      random.nextBytes(fresh);
      System.arraycopy(fresh, 0, holes, page * PAGE, PAGE);
      System.arraycopy(fresh, 0, expected, page * PAGE, PAGE);
      ranges.add(range(page + 1, page, Math.min(99, PAGES - page)));
    }
    ranges.add(range(PAGES, PAGES - 1, 1));
    Snapshot next = put(holes, new BasedOn(base.id(), ranges));
    assertThat(next.sizes().unique()).isEqualTo(PAGES / 100 * (long) PAGE);
    assertThat(unpacked(next)).isEqualTo(expected);
    store.remove(base.id());
    assertThat(unpacked(next)).isEqualTo(expected);
    assertThat(store.verify(Optional.empty(), Optional.empty(), done -> {}))
        .allMatch(check -> check.sound() && check.damaged() == 0);
    Snapshot third =
        put(new byte[holes.length], new BasedOn(next.id(), List.of(range(0, 0, PAGES + 1))));
    assertThat(third.sizes().unique()).isZero();
    store.remove(next.id());
    assertThat(unpacked(third)).isEqualTo(expected);
  }

  @Test
  void aBaseThatIsHeldCannotBeRemovedAndOneThatIsNotThereCannotBeHeld() {
    SnapshotPort.Hold hold = store.hold(base.id()).orElseThrow();
    assertThatThrownBy(() -> store.remove(base.id()))
        .matches(e -> FailureException.failureOf(e).code() == FailureCode.BUSY);
    hold.close();
    hold.close();
    store.remove(base.id());
    assertThat(store.hold(base.id())).isEmpty();
  }

  @Test
  void rangesThatAreNotInTheBaseAreRefusedAndNothingIsLeft() throws IOException {
    for (BasedOn.Range wrong :
        List.of(
            range(0, PAGES, 1),
            range(PAGES, 0, 1),
            new BasedOn.Range(Drafts.PAGES, 100, Drafts.PAGES, 0, PAGE),
            new BasedOn.Range(Drafts.PAGES, 0, Drafts.PAGES, 0, 100),
            new BasedOn.Range("pages-9.img", 0, Drafts.PAGES, 0, PAGE))) {
      assertThatThrownBy(() -> put(new byte[memory.length], new BasedOn(base.id(), List.of(wrong))))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(store.all()).containsExactly(base);
    try (var left = Files.list(dir.resolve("snapshots/packs"))) {
      assertThat(left).hasSize(1);
    }
  }
}
