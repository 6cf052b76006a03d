package io.nereid.transfer.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.fault.FaultPoints;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A store whose program ends in the middle of anything has all of its snapshots afterwards. */
class StoreCrashTest {
  private static final int PAGE = 4096;
  private static final ExecutorService POOL =
      Executors.newFixedThreadPool(2, Thread.ofPlatform().daemon().factory());
  @TempDir Path dir;

  /** Pages that several seeds have in common: each is one of 64. */
  private static byte[] memory(long seed, int pages) {
    byte[] memory = new byte[pages * PAGE];
    byte[] page = new byte[PAGE];
    Random random = new Random(seed);
    for (int i = 0; i < pages; i++) {
      new Random(random.nextInt(64)).nextBytes(page);
      System.arraycopy(page, 0, memory, i * PAGE, PAGE);
    }
    return memory;
  }

  /** Puts one snapshot and removes another; ends without a word at a step. For a child. */
  public static final class Victim {
    private Victim() {}

    /**
     * Does it.
     *
     * @param args the directory, the step, the snapshot to remove, or -, and that to put, or -
     */
    public static void main(String[] args) throws IOException {
      FaultPoints end =
          point -> {
            if (point.equals(args[1])) {
              Runtime.getRuntime().halt(137);
            }
          };
      Path dir = Path.of(args[0]);
      SnapshotStore store = new SnapshotStore(dir.resolve("snapshots"), POOL, 2, end);
      if (!args[2].equals("-")) {
        store.remove(new SnapshotId(args[2]));
      }
      if (!args[3].equals("-")) {
        store.put(
            Drafts.draft(new SnapshotId(args[3])),
            Drafts.images(dir.resolve("victim"), memory(99, 40)),
            0,
            done -> {});
      }
      Runtime.getRuntime().halt(0);
    }
  }

  private int victim(String step, String remove, String put) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty(
                    "surefire.test.class.path", System.getProperty("java.class.path")),
                Victim.class.getName(),
                dir.toString(),
                step,
                remove,
                put)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("victim.log").toFile())
            .start();
    return process.waitFor();
  }

  private static byte[] unpacked(SnapshotStore store, SnapshotId id, Path into) throws IOException {
    Files.createDirectories(into);
    return Files.readAllBytes(
        store.unpack(id, into, done -> {}).get(TreeKind.IMAGES).resolve(Drafts.PAGES));
  }

  private Snapshot put(SnapshotStore store, byte[] memory) throws IOException {
    return store.put(
        Drafts.draft(),
        Drafts.images(dir.resolve("images-" + System.nanoTime()), memory),
        0,
        done -> {});
  }

  private static List<String> leftOver(Path snapshots) throws IOException {
    try (var all = Files.walk(snapshots)) {
      return all.map(p -> p.getFileName().toString())
          .filter(n -> n.startsWith(".staging") || n.equals("thinning") || n.endsWith(".new"))
          .toList();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "store.put.written",
        "store.put.pack",
        "store.put.adopted",
        "store.put.described",
        "store.put.named",
        "store.remove.begin",
        "store.remove.unnamed",
        "store.remove.deleted",
        "store.sweep.list",
        "store.sweep.holes"
      })
  void aProgramThatIsKilledAtAnyStepLeavesEverySnapshotWhole(String step) throws Exception {
    Path snapshots = dir.resolve("snapshots");
    SnapshotStore store = new SnapshotStore(snapshots, POOL, 2);
    // The second needs parts of the first one's pack.
    byte[] one = memory(1, 60);
    byte[] two = memory(2, 60);
    Snapshot first = put(store, one);
    Snapshot second = put(store, two);
    boolean removes = !step.startsWith("store.put");
    SnapshotId fresh = SnapshotId.random();
    int code = victim(step, removes ? first.id().value() : "-", removes ? "-" : fresh.value());
    assertThat(code).as(Files.readString(dir.resolve("victim.log"))).isEqualTo(137);

    SnapshotStore again = new SnapshotStore(snapshots, POOL, 2);
    assertThat(leftOver(snapshots)).isEmpty();
    assertThat(again.verify(Optional.empty(), Optional.empty(), done -> {}))
        .isNotEmpty()
        .allMatch(c -> c.damaged() == 0);
    assertThat(unpacked(again, second.id(), dir.resolve("out-2"))).isEqualTo(two);
    List<SnapshotId> ids = again.all().stream().map(Snapshot::id).toList();
    if (ids.contains(first.id())) {
      assertThat(unpacked(again, first.id(), dir.resolve("out-1"))).isEqualTo(one);
    } else {
      assertThat(removes).isTrue();
    }
    if (ids.contains(fresh)) {
      assertThat(unpacked(again, fresh, dir.resolve("out-3"))).isEqualTo(memory(99, 40));
    }
    // What it goes on with is as good.
    Snapshot third = put(again, one);
    assertThat(unpacked(again, third.id(), dir.resolve("out-4"))).isEqualTo(one);
  }

  /** Ends the work of a program at a step without ending the program. */
  private static final class End extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  @Property(tries = 25)
  void anySequenceOfAddingRemovingAndStoppingKeepsEverySnapshot(@ForAll long seed)
      throws IOException {
    Path base = Files.createTempDirectory("store");
    Random random = new Random(seed);
    int[] left = {Integer.MAX_VALUE};
    FaultPoints steps =
        point -> {
          if (left[0]-- <= 0) {
            throw new End();
          }
        };
    Map<SnapshotId, byte[]> expected = new HashMap<>();
    try {
      SnapshotStore store = new SnapshotStore(base.resolve("snapshots"), POOL, 2, steps);
      for (int i = 0; i < 12; i++) {
        boolean stops = random.nextInt(3) == 0;
        left[0] = stops ? random.nextInt(5) : Integer.MAX_VALUE;
        try {
          step(store, random, base.resolve("images-" + i), expected);
        } catch (End e) {
          // What was begun is done or not, as a restart finds it.
        }
        if (stops) {
          left[0] = Integer.MAX_VALUE;
          store = new SnapshotStore(base.resolve("snapshots"), POOL, 2, steps);
          expected.keySet().retainAll(ids(store));
          assertThat(leftOver(base.resolve("snapshots"))).isEmpty();
        }
        assertThat(ids(store)).containsAll(expected.keySet());
        assertThat(store.verify(Optional.empty(), Optional.empty(), done -> {}))
            .allMatch(c -> c.damaged() == 0);
      }
      for (Map.Entry<SnapshotId, byte[]> one : expected.entrySet()) {
        byte[] is = unpacked(store, one.getKey(), base.resolve("out-" + one.getKey()));
        assertThat(Arrays.equals(is, one.getValue())).isTrue();
      }
    } finally {
      io.nereid.linux.MountSafe.delete(base);
    }
  }

  private static List<SnapshotId> ids(SnapshotStore store) {
    return store.all().stream().map(Snapshot::id).toList();
  }

  private static void step(
      SnapshotStore store, Random random, Path images, Map<SnapshotId, byte[]> expected)
      throws IOException {
    if (random.nextInt(3) == 0 && !expected.isEmpty()) {
      SnapshotId doomed = new ArrayList<>(expected.keySet()).get(random.nextInt(expected.size()));
      // Whether it is still there after a stop is found out by looking.
      try {
        store.remove(doomed);
      } finally {
        if (!ids(store).contains(doomed)) {
          expected.remove(doomed);
        }
      }
    } else {
      byte[] memory = memory(random.nextLong(), 1 + random.nextInt(60));
      Snapshot draft = Drafts.draft();
      store.put(draft, Drafts.images(images, memory), 0, done -> {});
      expected.put(draft.id(), memory);
    }
  }

  @Test
  void aStoreThatIsOpenedTwiceInARowIsTheSame() throws IOException {
    SnapshotStore store = new SnapshotStore(dir.resolve("snapshots"), POOL, 2);
    Snapshot first = put(store, memory(1, 60));
    SnapshotStore again = new SnapshotStore(dir.resolve("snapshots"), POOL, 2);
    assertThat(again.all()).containsExactly(first);
  }
}
