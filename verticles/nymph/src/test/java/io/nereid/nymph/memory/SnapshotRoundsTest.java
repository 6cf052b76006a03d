package io.nereid.nymph.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.linux.MountSafe;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.track.Trackers;
import io.nereid.nymph.track.WriteTracking;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rounds over processes that write, fork, map and unmap; perl is in every Debian. */
class SnapshotRoundsTest {
  private static final int PAGE = PageHash.PAGE_BYTES;
  private static final MemorySnapshot.Effort TWO =
      new MemorySnapshot.Effort(2, Thread.ofPlatform().daemon().factory());

  @TempDir static Path dir;
  private static Process still;
  private static int stillPid;
  private static List<Area> present;
  private final List<Process> others = new ArrayList<>();
  private final List<Long> strangers = new ArrayList<>();

  @BeforeAll
  @BeforeContainer
  static void startProcess() throws IOException {
    still = perl("my $x = 'x' x 4194304; $| = 1; print \"ready\\n\"; <STDIN>;");
    stillPid = (int) still.pid();
    line(still);
    present = presentAreas(stillPid);
  }

  @AfterAll
  @AfterContainer
  static void endProcess() {
    still.destroyForcibly();
  }

  @AfterEach
  void endOthers() {
    strangers.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    others.forEach(Process::destroyForcibly);
  }

  private static Process perl(String program) throws IOException {
    return new ProcessBuilder("perl", "-e", program)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private Process start(String program) throws IOException {
    Process process = perl(program);
    others.add(process);
    return process;
  }

  private static String line(Process process) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = process.getInputStream().read(); c >= 0 && c != '\n'; ) {
      text.append((char) c);
      c = process.getInputStream().read();
    }
    return text.toString();
  }

  private static void say(Process process, String text) throws IOException {
    process
        .getOutputStream()
        .write((text + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
  }

  private static List<Area> presentAreas(int pid) throws IOException {
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

  private static int idInside(int pid) {
    return ProcessIds.byIdInside(Path.of("/proc"), List.of(pid)).keySet().iterator().next();
  }

  private static byte[] page(int pid, long address) throws IOException {
    try (FileChannel memory =
        FileChannel.open(Path.of("/proc/" + pid + "/mem"), StandardOpenOption.READ)) {
      ByteBuffer content = ByteBuffer.allocate(PAGE);
      while (content.hasRemaining()) {
        memory.read(content, address + content.position());
      }
      return content.array();
    }
  }

  /** As CRIU looks a page up in linked directories, the newest first. */
  private static byte[] lookUp(List<Path> chain, int idInside, long address) throws IOException {
    for (Path part : chain) {
      PagemapFile map = PagemapFile.read(part.resolve(PagemapFile.name(idInside)));
      long offset = 0;
      boolean inParent = false;
      for (Area area : map.areas()) {
        if (address >= area.address() && address < area.end()) {
          if (area.is(PagemapFile.PRESENT)) {
            byte[] all = Files.readAllBytes(part.resolve(PagemapFile.pagesName(idInside)));
            int from = (int) (offset + address - area.address());
            return Arrays.copyOfRange(all, from, from + PAGE);
          }
          inParent = area.is(PagemapFile.PARENT);
        }
        offset += area.is(PagemapFile.PRESENT) ? area.pages() * PAGE : 0;
      }
      if (!inParent) {
        throw new AssertionError("no page at %x in %s".formatted(address, part));
      }
    }
    throw new AssertionError("no page at %x anywhere".formatted(address));
  }

  private static void change(Random random, double share) throws IOException {
    try (FileChannel memory =
        FileChannel.open(Path.of("/proc/" + stillPid + "/mem"), StandardOpenOption.WRITE)) {
      for (Area page : present.subList(present.size() / 2, present.size() * 3 / 4)) {
        if (random.nextDouble() < share) {
          byte[] content = new byte[1 + random.nextInt(PAGE)];
          random.nextBytes(content);
          memory.write(ByteBuffer.wrap(content), page.address());
        }
      }
    }
  }

  private static MemorySnapshot take(int pid, Path images, boolean tracked) throws IOException {
    if (!tracked || Trackers.impossible().isPresent()) {
      return MemorySnapshot.take(List.of(pid), images, Long.MAX_VALUE, () -> true);
    }
    WriteTracking tracking =
        new Trackers(SystemProcessRunner.ofThisHost(), 0).follow(List.of(pid), 1);
    assertThat(tracking.whyNot()).isEmpty();
    return MemorySnapshot.take(
        List.of(pid), images, Long.MAX_VALUE, () -> true, MemorySnapshot.Effort.PLAIN, tracking);
  }

  @Property(tries = 15)
  void pagesPutTogetherFromAllRoundsAreThoseOfTheFrozenProcess(
      @ForAll long seed, @ForAll @IntRange(min = 1, max = 4) int rounds, @ForAll boolean tracked)
      throws IOException {
    Path base = Files.createTempDirectory("rounds");
    Random random = new Random(seed);
    List<Path> chain = new ArrayList<>();
    chain.add(Files.createDirectory(base.resolve("ahead")));
    MemorySnapshot last = take(stillPid, chain.getLast(), tracked);
    try {
      for (int round = 0; round < rounds; round++) {
        change(random, random.nextDouble() / 2);
        chain.add(Files.createDirectory(base.resolve("round-" + round)));
        MemorySnapshot next =
            last.next(List.of(stillPid), chain.getLast(), Long.MAX_VALUE, () -> true, TWO);
        assertThat(next.memoryBytes()).isEqualTo(last.memoryBytes());
        assertThat(next.bytes()).isLessThan(last.memoryBytes() / 2);
        last.close();
        last = next;
      }
      change(random, random.nextDouble() / 2);
      Path images = Files.createDirectory(base.resolve("images"));
      int id = idInside(stillPid);
      new PagemapFile(7, present).write(images.resolve(PagemapFile.name(id)));
      FrozenMemory frozen = new FrozenMemory(last, List.of(stillPid));
      frozen.compare(1);
      boolean known = tracked && Trackers.impossible().isEmpty();
      assertThat(frozen.found().tracked())
          .isBetween(known ? last.memoryBytes() / PAGE / 4 : 0, known ? Long.MAX_VALUE : 0);
      chain.add(Files.createDirectory(base.resolve("memory")));
      frozen.write(images, chain.getLast());
      Collections.reverse(chain);
      for (int i = 0; i < 200; i++) {
        long address = present.get(random.nextInt(present.size())).address();
        assertThat(Arrays.equals(lookUp(chain, id, address), page(stillPid, address)))
            .as("page at %x", address)
            .isTrue();
      }
    } finally {
      last.close();
      MountSafe.delete(base);
    }
  }

  @Test
  void aRoundOverMemoryThatHasNotChangedWritesNothing() throws IOException {
    Path ahead = Files.createDirectory(dir.resolve("idle-ahead"));
    Path round = Files.createDirectory(dir.resolve("idle-round"));
    try (MemorySnapshot first =
            MemorySnapshot.take(List.of(stillPid), ahead, Long.MAX_VALUE, () -> true);
        MemorySnapshot second =
            first.next(List.of(stillPid), round, Long.MAX_VALUE, () -> true, TWO)) {
      assertThat(second.bytes()).isZero();
      assertThat(second.memoryBytes()).isEqualTo(first.memoryBytes()).isGreaterThan(4 << 20);
      assertThat(second.sample(List.of(stillPid), 500).changed()).isZero();
    }
  }

  @Test
  void aSampleTellsAboutHowMuchHasChanged() throws IOException {
    Path ahead = Files.createDirectory(dir.resolve("sampled"));
    try (MemorySnapshot first =
        MemorySnapshot.take(List.of(stillPid), ahead, Long.MAX_VALUE, () -> true)) {
      change(new Random(5), 1);
      Sample sample = first.sample(List.of(stillPid), 1_000);
      double share = sample.changed() / (double) sample.looked();
      assertThat(share).isBetween(0.2, 0.3);
      assertThat(sample.leftBytes()).isBetween(first.memoryBytes() / 5, first.memoryBytes() / 3);
    }
  }

  @Test
  void processesThatAppearAreIncludedAndThoseThatEndAreLeftOut() throws IOException {
    Process parent =
        start(
            "$| = 1; my $x = 'p' x 2000000; my $q = fork();"
                + " if (!$q) { $x = 'c' x 2000000; while (1) { sleep 1 } }"
                + " print \"$q\\n\"; <STDIN>; my $r = fork();"
                + " if (!$r) { $x = 'n' x 2000000; while (1) { sleep 1 } }"
                + " kill 9, $q; waitpid $q, 0; print \"$r\\n\"; <STDIN>; kill 9, $r; waitpid $r, 0;");
    int pid = (int) parent.pid();
    int child = Integer.parseInt(line(parent));
    strangers.add((long) child);
    Path ahead = Files.createDirectory(dir.resolve("fork-ahead"));
    Path round = Files.createDirectory(dir.resolve("fork-round"));
    try (MemorySnapshot first =
        MemorySnapshot.take(List.of(pid, child), ahead, Long.MAX_VALUE, () -> true)) {
      say(parent, "go");
      int fresh = Integer.parseInt(line(parent));
      strangers.add((long) fresh);
      Sample sample = first.sample(List.of(pid, fresh), 1_000);
      assertThat(sample.fresh()).isGreaterThan(2_000_000 / PAGE);
      try (MemorySnapshot second =
          first.next(List.of(pid, child, fresh), round, Long.MAX_VALUE, () -> true, TWO)) {
        assertThat(second.record(child)).isEmpty();
        assertThat(second.record(fresh)).isPresent();
        assertThat(second.record(pid)).isPresent();
        long address = presentAreas(fresh).getLast().address();
        assertThat(
                Arrays.equals(lookUp(List.of(round, ahead), fresh, address), page(fresh, address)))
            .isTrue();
      }
    }
    say(parent, "end");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void mapsThatComeAndGoAreReadAnewInEachRound(boolean tracked) throws IOException {
    Process process =
        start(
            "$| = 1; print \"ready\\n\"; my @x; while (<STDIN>) { my $n = $_ + 0;"
                + " undef @x; @x = map { chr(65 + $n) x 3000000 } 1 .. $n; print \"done\\n\"; }");
    line(process);
    int pid = (int) process.pid();
    List<Path> chain = new ArrayList<>();
    String name = tracked ? "tracked-maps-" : "maps-";
    chain.add(Files.createDirectory(dir.resolve(name + 0)));
    MemorySnapshot last = take(pid, chain.getFirst(), tracked);
    long[] sizes = new long[4];
    for (int round = 1; round <= 3; round++) {
      say(process, Integer.toString(new int[] {0, 3, 1, 4}[round]));
      line(process);
      Path images = Files.createDirectory(dir.resolve(name + round));
      MemorySnapshot next = last.next(List.of(pid), images, Long.MAX_VALUE, () -> true, TWO);
      chain.addFirst(images);
      last.close();
      last = next;
      sizes[round] = next.memoryBytes();
    }
    // Besides, the program has a few pages more or less from one moment to the next.
    assertThat(sizes[1] - sizes[2]).isGreaterThan(2 * 3_000_000 - 16 * PAGE);
    assertThat(sizes[3] - sizes[2]).isGreaterThan(3 * 3_000_000 - 16 * PAGE);
    last.close();
    Process stop = new ProcessBuilder("kill", "-STOP", Integer.toString(pid)).start();
    assertThat(stop.onExit().join().exitValue()).isZero();
    List<Area> now = presentAreas(pid);
    Random random = new Random(6);
    int equal = 0;
    for (int i = 0; i < 300; i++) {
      long address = now.get(random.nextInt(now.size())).address();
      equal += Arrays.equals(lookUp(chain, idInside(pid), address), page(pid, address)) ? 1 : 0;
    }
    // It ran on for a moment after the last round.
    assertThat(equal).isGreaterThan(280);
  }

  @Test
  void aWriterAtARateIsSeenAtAboutThatRate() throws IOException {
    // 400 pages, each rewritten about every 40 ms.
    Process process =
        start(
            "$| = 1; my $x = 'w' x (400 * 4096); print \"ready\\n\"; my $i = 0;"
                + " while (1) { for (1 .. 40) { substr($x, ($i++ % 400) * 4096, 8) = pack 'q', $i; }"
                + " select undef, undef, undef, 0.004; }");
    line(process);
    int pid = (int) process.pid();
    Path ahead = Files.createDirectory(dir.resolve("writer"));
    try (MemorySnapshot first =
        MemorySnapshot.take(List.of(pid), ahead, Long.MAX_VALUE, () -> true)) {
      org.awaitility.Awaitility.await()
          .until(() -> first.sample(List.of(pid), 10_000).changed() >= 380);
      Sample sample = first.sample(List.of(pid), 10_000);
      assertThat(sample.changed()).isBetween(380, 460);
      Path round = Files.createDirectory(dir.resolve("writer-round"));
      try (MemorySnapshot next = first.next(List.of(pid), round, Long.MAX_VALUE, () -> true, TWO)) {
        assertThat(next.bytes() / PAGE).isBetween(380L, 460L);
      }
    }
  }

  @Test
  void aRecordTellsTheAddressOfEachOfItsPages() {
    try (Arena arena = Arena.ofConfined()) {
      PageRecord record = new PageRecord(arena, new PageHash());
      MemorySegment content = arena.allocate(16L * PAGE);
      Random random = new Random(4);
      List<Long> addresses = new ArrayList<>();
      for (long at = 1; addresses.size() < 50_000; ) {
        int count = 1 + random.nextInt(16);
        record.add(at * PAGE, content, count);
        for (int i = 0; i < count; i++) {
          addresses.add((at + i) * PAGE);
        }
        at += count + random.nextInt(3);
      }
      record.finish();
      for (int i = 0; i < addresses.size(); i++) {
        assertThat(record.address(i)).isEqualTo(addresses.get(i));
      }
    }
  }
}
