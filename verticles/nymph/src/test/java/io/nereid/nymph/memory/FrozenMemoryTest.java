package io.nereid.nymph.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The process whose memory is read is a tail(1) that waits for input that never comes; what changes
 * in its memory meanwhile is written there by the test.
 */
class FrozenMemoryTest {
  private static final int PAGE = PageHash.PAGE_BYTES;
  private static final int INPUT_BYTES = 6 << 20;

  @TempDir static Path dir;
  private static Process process;
  private static int pid;
  private static List<Area> present;

  @BeforeAll
  @BeforeContainer
  static void startProcess() throws IOException {
    process = new ProcessBuilder("tail", "-c", Integer.toString(2 * INPUT_BYTES)).start();
    pid = (int) process.pid();
    byte[] input = new byte[INPUT_BYTES];
    new Random(11).nextBytes(input);
    process.getOutputStream().write(input);
    process.getOutputStream().flush();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          present = presentAreas();
          return present.stream().mapToLong(Area::pages).sum() > INPUT_BYTES / PAGE;
        });
  }

  @AfterAll
  @AfterContainer
  static void endProcess() {
    process.destroyForcibly();
  }

  private static List<Area> presentAreas() throws IOException {
    List<Area> areas = new ArrayList<>();
    try (ProcessMemory memory = ProcessMemory.open(Path.of("/proc/" + pid))) {
      for (MemoryMap.Area area : memory.areas()) {
        int pages = (int) (area.bytes() / PAGE);
        ByteBuffer map = ProcessMemory.pagemapBuffer(pages);
        int known = memory.pagemap(area.start(), pages, map);
        for (int at = 0; at < known; at++) {
          if (ProcessMemory.isPrivatePage(map, at)) {
            areas.add(new Area(area.start() + (long) at * PAGE, 1, PagemapFile.LAZY));
          }
        }
      }
    }
    return areas;
  }

  private static Path sub(Path in, String name) throws IOException {
    return Files.createDirectories(in.resolve(name));
  }

  private static int idInside() {
    return ProcessIds.byIdInside(Path.of("/proc"), List.of(pid)).keySet().iterator().next();
  }

  @Property(tries = 25)
  void pagesPutTogetherFromBothPartsAreThoseOfTheFrozenProcess(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 3) int threads) throws IOException {
    Path base = Files.createTempDirectory("frozen");
    try {
      Random random = new Random(seed);
      Path ahead = sub(base, "ahead");
      try (MemorySnapshot before =
          MemorySnapshot.take(List.of(pid), ahead, Long.MAX_VALUE, () -> true)) {
        change(random, random.nextDouble());
        Path images = sub(base, "images");
        List<Area> left = leftOut(random);
        new PagemapFile(7, left).write(images.resolve(PagemapFile.name(idInside())));
        Path into = sub(base, "memory");
        FrozenMemory frozen = new FrozenMemory(before, List.of(pid));
        frozen.compare(threads);
        FrozenMemory.Outcome outcome = frozen.write(images, into);
        assertThat(outcome.pages()).isEqualTo(left.stream().mapToLong(Area::pages).sum());
        compare(left, into, ahead, outcome);
      }
    } finally {
      io.nereid.linux.MountSafe.delete(base);
    }
  }

  private static FileChannel memory(StandardOpenOption option) throws IOException {
    return FileChannel.open(Path.of("/proc/" + pid + "/mem"), option);
  }

  /** Only the middle of its data, which it does not look at while it waits. */
  private static void change(Random random, double share) throws IOException {
    try (FileChannel memory = memory(StandardOpenOption.WRITE)) {
      List<Area> middle = present.subList(present.size() / 4, present.size() / 2);
      for (Area page : middle) {
        if (random.nextDouble() < share) {
          byte[] content = new byte[1 + random.nextInt(PAGE)];
          random.nextBytes(content);
          memory.write(ByteBuffer.wrap(content), page.address());
        }
      }
    }
  }

  private static List<Area> leftOut(Random random) {
    List<Area> areas = new ArrayList<>();
    for (Area page : present) {
      if (random.nextInt(50) == 0) {
        continue;
      }
      boolean joins =
          !areas.isEmpty() && areas.getLast().end() == page.address() && random.nextInt(500) > 0;
      long pages = joins ? areas.getLast().pages() + 1 : 1;
      long address = joins ? areas.removeLast().address() : page.address();
      areas.add(new Area(address, pages, PagemapFile.LAZY));
    }
    return areas;
  }

  private static void compare(List<Area> left, Path into, Path ahead, FrozenMemory.Outcome outcome)
      throws IOException {
    Pages changed = new Pages(into);
    Pages old = new Pages(ahead);
    long fresh = 0;
    try (FileChannel memory = memory(StandardOpenOption.READ)) {
      for (Area area : left) {
        for (long address = area.address(); address < area.end(); address += PAGE) {
          boolean here = changed.flags(address) == PagemapFile.PRESENT;
          fresh += here ? 1 : 0;
          ByteBuffer is = ByteBuffer.allocate(PAGE);
          while (is.hasRemaining()) {
            memory.read(is, address + is.position());
          }
          assertThat(here ? changed.at(address) : old.at(address)).isEqualTo(is.array());
        }
      }
    }
    assertThat(outcome.changed()).isEqualTo(fresh);
    assertThat(fresh).isLessThan(outcome.pages() / 2);
  }

  /** Finds pages as CRIU would. */
  private static final class Pages {
    private final TreeMap<Long, Area> areas = new TreeMap<>();
    private final TreeMap<Long, Long> offsets = new TreeMap<>();
    private final byte[] content;

    Pages(Path dir) throws IOException {
      PagemapFile map = PagemapFile.read(dir.resolve(PagemapFile.name(idInside())));
      content = Files.readAllBytes(dir.resolve(PagemapFile.pagesName(map.pagesId())));
      long offset = 0;
      for (Area area : map.areas()) {
        areas.put(area.address(), area);
        offsets.put(area.address(), offset);
        offset += area.is(PagemapFile.PRESENT) ? area.end() - area.address() : 0;
      }
      assertThat(offset).isEqualTo(content.length);
    }

    int flags(long address) {
      Area area = areas.floorEntry(address).getValue();
      assertThat(address).isLessThan(area.end());
      return area.flags();
    }

    byte[] at(long address) {
      assertThat(flags(address)).isEqualTo(PagemapFile.PRESENT);
      var found = offsets.floorEntry(address);
      int from = (int) (found.getValue() + address - found.getKey());
      return Arrays.copyOfRange(content, from, from + PAGE);
    }
  }

  @Test
  void aProcessThatIsNotThereIsAnError() throws IOException {
    Path images = sub(dir, "images-a");
    new PagemapFile(1, List.of(new Area(PAGE, 1, PagemapFile.LAZY)))
        .write(images.resolve(PagemapFile.name(99_999_999)));
    try (MemorySnapshot before =
        MemorySnapshot.take(List.of(), sub(dir, "ahead-a"), 0, () -> true)) {
      assertThatThrownBy(
              () -> new FrozenMemory(before, List.of(pid)).write(images, sub(dir, "memory-a")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("99999999");
    }
  }

  @Test
  void aPageThatCannotBeReadIsAnError() throws IOException {
    Path images = sub(dir, "images");
    new PagemapFile(1, List.of(new Area(PAGE, 1, PagemapFile.LAZY)))
        .write(images.resolve(PagemapFile.name(idInside())));
    try (MemorySnapshot before = MemorySnapshot.take(List.of(), sub(dir, "ahead"), 0, () -> true)) {
      assertThatThrownBy(
              () -> new FrozenMemory(before, List.of(pid)).write(images, sub(dir, "memory")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("could be read");
    }
  }

  @Test
  void withoutAComparisonEveryPageCountsAsChanged() throws IOException {
    Path images = sub(dir, "images-c");
    new PagemapFile(1, List.of(present.getFirst()))
        .write(images.resolve(PagemapFile.name(idInside())));
    try (MemorySnapshot before =
        MemorySnapshot.take(List.of(pid), sub(dir, "ahead-c"), Long.MAX_VALUE, () -> true)) {
      FrozenMemory.Outcome outcome =
          new FrozenMemory(before, List.of(pid)).write(images, sub(dir, "memory-c"));
      assertThat(outcome).isEqualTo(new FrozenMemory.Outcome(1, 1));
    }
  }

  @Test
  void aRecordFindsExactlyThePagesThatItHas() {
    try (Arena arena = Arena.ofConfined()) {
      PageRecord record = new PageRecord(arena, new PageHash());
      MemorySegment content = arena.allocate(64L * PAGE);
      BitSet there = new BitSet();
      Random random = new Random(3);
      for (int at = 0; at < 100_000; ) {
        int count = 1 + random.nextInt(64);
        record.add((long) at * PAGE, content, count);
        there.set(at, at + count);
        at += count + random.nextInt(3);
      }
      record.finish();
      assertThat(record.pages()).isEqualTo(there.cardinality());
      long number = 0;
      PageRecord.Finder finder = record.finder();
      for (int i = 0; i < 100_000; i++) {
        long found = finder.find((long) i * PAGE);
        assertThat(found).isEqualTo(there.get(i) ? number++ : -1);
      }
    }
  }
}
