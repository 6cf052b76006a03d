package io.nereid.nymph.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.linux.MountSafe;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.pages.FlatImages;
import io.nereid.nymph.track.Trackers;
import io.nereid.nymph.track.WriteTracking;
import io.nereid.port.BasedOn;
import io.nereid.process.ProgramEnvironment;
import io.nereid.process.SystemProcessRunner;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * Snapshots that follow each other and read only what has changed, of programs that do all that
 * programs do to their memory.
 */
class MemorySinceTest {
  private static final int PAGE = PageHash.PAGE_BYTES;
  private static final String PROGRAM =
      """
      import sys, os, ctypes, signal
      libc = ctypes.CDLL(None, use_errno=True)
      for name in ('mmap', 'mremap'):
          getattr(libc, name).restype = ctypes.c_void_p
      L = ctypes.c_long
      P = ctypes.c_void_p
      areas = []
      children = []
      def alloc(pages, value):
          a = libc.mmap(P(0), L(pages * 4096), 3, 0x22, -1, L(0))
          for i in range(pages):
              ctypes.memset(a + i * 4096, (value + i) % 256, 4096)
          areas.append([a, pages])
      def free(n):
          a, pages = areas.pop(n % len(areas))
          libc.munmap(P(a), L(pages * 4096))
      def move(n, more):
          a = areas[n % len(areas)]
          a[0] = libc.mremap(P(a[0]), L(a[1] * 4096), L((a[1] + more) * 4096), 1)
          a[1] += more
      def drop(n, page, count):
          a, pages = areas[n % len(areas)]
          page %= pages
          libc.madvise(P(a + page * 4096), L(min(count, pages - page) * 4096), 4)
      def write(n, page, value, length):
          a, pages = areas[n % len(areas)]
          ctypes.memset(a + (page % pages) * 4096 + value % 64, value, length)
      def fork():
          r, w = os.pipe()
          pid = os.fork()
          if pid == 0:
              write(0, 3, 99, 50)
              os.close(r)
              os.write(w, b'x')
              while True:
                  signal.pause()
          os.read(r, 1)
          os.close(r)
          os.close(w)
          children.append(pid)
      def end():
          if children:
              pid = children.pop(0)
              os.kill(pid, 9)
              os.waitpid(pid, 0)
      def tell():
          print(' '.join(str(c) for c in [os.getpid()] + children), flush=True)
      def replace():
          while children:
              end()
          with open('/proc/self/cmdline') as f:
              program = f.read().split(chr(0))[2]
          os.execv(sys.executable, [sys.executable, '-c', program])
      alloc(600, 1)
      tell()
      for line in sys.stdin:
          exec(line)
          tell()
      """;

  /** The program that does it, and what is known of it. */
  private static final class Subject implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    private final Writer in;
    private List<Integer> pids;

    Subject() throws IOException {
      Assumptions.assumeTrue(
          ProgramEnvironment.from(System.getenv()).find("python3").isPresent(), "no python3");
      process =
          new ProcessBuilder("python3", "-c", PROGRAM)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      out = process.inputReader(StandardCharsets.US_ASCII);
      in = process.outputWriter(StandardCharsets.US_ASCII);
      listen();
    }

    void tell(String line) throws IOException {
      in.write(line + "\n");
      in.flush();
      listen();
    }

    private void listen() throws IOException {
      String answer = out.readLine();
      assertThat(answer).isNotNull();
      pids = Arrays.stream(answer.split(" ")).map(Integer::valueOf).toList();
    }

    @Override
    public void close() {
      pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
      process.destroyForcibly();
    }
  }

  private static List<Area> present(int pid) throws IOException {
    List<Area> areas = new ArrayList<>();
    try (ProcessMemory memory = ProcessMemory.open(Path.of("/proc/" + pid))) {
      for (MemoryMap.Area area : memory.areas()) {
        int pages = (int) Math.min(area.bytes() / PAGE, 1 << 18);
        ByteBuffer map = ProcessMemory.pagemapBuffer(pages);
        int known = memory.pagemap(area.start(), pages, map);
        for (int at = 0; at < known; at++) {
          long address = area.start() + (long) at * PAGE;
          if (!ProcessMemory.isPrivatePage(map, at)) {
            continue;
          }
          if (!areas.isEmpty() && areas.getLast().end() == address) {
            Area last = areas.removeLast();
            areas.add(new Area(last.address(), last.pages() + 1, PagemapFile.LAZY));
          } else {
            areas.add(new Area(address, 1, PagemapFile.LAZY));
          }
        }
      }
    }
    return areas;
  }

  /** One snapshot, as it would be stored: its page maps, and the content of its files of pages. */
  private record Taken(
      MemorySnapshot memory, Map<Integer, PagemapFile> maps, Map<String, byte[]> pages, long own) {}

  private final Trackers trackers = new Trackers(SystemProcessRunner.ofThisHost(), 0);

  private Taken take(Subject subject, Taken before, Path dir) throws IOException {
    List<Path> older = new ArrayList<>();
    older.add(Files.createDirectories(dir.resolve("round-0")));
    MemorySnapshot newest;
    if (before == null) {
      WriteTracking tracking =
          Trackers.impossible().isEmpty() ? trackers.follow(subject.pids, 1) : WriteTracking.none();
      newest =
          MemorySnapshot.take(
              subject.pids,
              older.getFirst(),
              Long.MAX_VALUE,
              () -> true,
              MemorySnapshot.Effort.PLAIN,
              tracking);
    } else {
      before.memory().track(trackers, subject.pids);
      newest = next(before.memory(), subject, older.getFirst());
    }
    // It writes meanwhile, and is read once more.
    subject.tell("write(0, 17, 200, 30)");
    older.addFirst(Files.createDirectories(dir.resolve("round-1")));
    newest = next(newest, subject, older.getFirst());
    subject.tell("write(0, 18, 201, 30)");
    Path images = Files.createDirectories(dir.resolve("images"));
    for (Map.Entry<Integer, Integer> one :
        ProcessIds.byIdInside(Path.of("/proc"), subject.pids).entrySet()) {
      new PagemapFile(one.getKey(), present(one.getValue()))
          .write(images.resolve(PagemapFile.name(one.getKey())));
      Files.createFile(images.resolve(PagemapFile.pagesName(one.getKey())));
    }
    FrozenMemory frozen = new FrozenMemory(newest, subject.pids);
    frozen.compare(1);
    frozen.remember();
    older.addFirst(Files.createDirectory(images.resolve("memory")));
    frozen.write(images, older.getFirst());
    MemorySnapshot memory = frozen.remembered().orElseThrow();
    newest.close();
    List<BasedOn.Range> ranges =
        FlatImages.flatten(images, older, before == null ? Map.of() : before.maps());
    return stored(images, memory, ranges, before);
  }

  private static MemorySnapshot next(MemorySnapshot older, Subject subject, Path images)
      throws IOException {
    try (older) {
      return older.next(
          subject.pids, images, Long.MAX_VALUE, () -> true, MemorySnapshot.Effort.PLAIN);
    }
  }

  private static Taken stored(
      Path images, MemorySnapshot memory, List<BasedOn.Range> ranges, Taken before)
      throws IOException {
    Map<Integer, PagemapFile> maps = new HashMap<>();
    Map<String, byte[]> pages = new HashMap<>();
    long own = 0;
    for (Map.Entry<Integer, Path> map : PagemapFile.all(images).entrySet()) {
      PagemapFile file = PagemapFile.read(map.getValue());
      maps.put(map.getKey(), file);
      String name = PagemapFile.pagesName(file.pagesId());
      byte[] content = Files.readAllBytes(images.resolve(name));
      own += content.length;
      pages.put(name, content);
    }
    for (BasedOn.Range range : ranges) {
      byte[] content = pages.get(range.file());
      // Nothing of it may be in the file: it would be stored twice.
      byte[] hole =
          Arrays.copyOfRange(content, (int) range.offset(), (int) (range.offset() + range.bytes()));
      assertThat(hole).containsOnly(0);
      System.arraycopy(
          before.pages().get(range.baseFile()),
          (int) range.baseOffset(),
          content,
          (int) range.offset(),
          (int) range.bytes());
      own -= range.bytes();
    }
    return new Taken(memory, maps, pages, own);
  }

  private static void assertIsMemoryOf(Taken taken, Subject subject) throws IOException {
    for (Map.Entry<Integer, Integer> one :
        ProcessIds.byIdInside(Path.of("/proc"), subject.pids).entrySet()) {
      PagemapFile map = taken.maps().get(one.getKey());
      byte[] content = taken.pages().get(PagemapFile.pagesName(map.pagesId()));
      int offset = 0;
      try (FileChannel memory =
          FileChannel.open(Path.of("/proc/" + one.getValue() + "/mem"), StandardOpenOption.READ)) {
        for (Area area : map.areas()) {
          assertThat(area.flags() & (PagemapFile.PRESENT | PagemapFile.PARENT))
              .isEqualTo(PagemapFile.PRESENT);
          ByteBuffer now = ByteBuffer.allocate((int) area.pages() * PAGE);
          while (now.hasRemaining()) {
            assertThat(memory.read(now, area.address() + now.position())).isPositive();
          }
          for (int page = 0; page < area.pages(); page++, offset += PAGE) {
            int at = page * PAGE;
            assertThat(Arrays.equals(content, offset, offset + PAGE, now.array(), at, at + PAGE))
                .as("page %x of process %d", area.address() + at, one.getKey())
                .isTrue();
          }
        }
      }
      assertThat(offset).isEqualTo(content.length);
    }
  }

  private static String something(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> "alloc(%d, %d)".formatted(1 + random.nextInt(80), random.nextInt(200));
      case 1 -> "len(areas) > 2 and free(%d)".formatted(1 + random.nextInt(5));
      case 2 -> "move(%d, %d)".formatted(random.nextInt(5), 1 + random.nextInt(40));
      case 3 ->
          "drop(%d, %d, %d)"
              .formatted(random.nextInt(5), random.nextInt(600), 1 + random.nextInt(20));
      case 4 -> "len(children) < 2 and fork()";
      case 5 -> "end()";
      default ->
          "write(%d, %d, %d, %d)"
              .formatted(
                  random.nextInt(5),
                  random.nextInt(600),
                  random.nextInt(256),
                  1 + random.nextInt(3_000));
    };
  }

  @Property(tries = 8)
  void whatIsStoredIsTheMemoryAtTheFreezeWhateverHappensBetweenSnapshots(
      @ForAll long seed, @ForAll @IntRange(min = 2, max = 5) int snapshots) throws IOException {
    Random random = new Random(seed);
    Path dir = Files.createTempDirectory("since");
    Taken last = null;
    try (Subject subject = new Subject()) {
      for (int i = 0; i < snapshots; i++) {
        last = take(subject, last, dir.resolve("snapshot-" + i));
        assertIsMemoryOf(last, subject);
        for (int n = random.nextInt(30); n > 0; n--) {
          subject.tell(something(random));
        }
        if (random.nextInt(6) == 0) {
          subject.tell("replace()");
        }
      }
    } finally {
      if (last != null) {
        last.memory().close();
      }
      MountSafe.delete(dir);
    }
  }

  @Test
  void aSecondSnapshotWritesLittleMoreThanWhatWasWrittenSince() throws IOException {
    Path dir = Files.createTempDirectory("since");
    try (Subject subject = new Subject()) {
      subject.tell("alloc(4000, 5)");
      Taken first = take(subject, null, dir.resolve("first"));
      assertThat(first.own()).isGreaterThan(4_000L * PAGE);
      for (int page = 0; page < 40; page++) {
        subject.tell("write(1, %d, 250, 9)".formatted(page * 100));
      }
      Taken second = take(subject, first, dir.resolve("second"));
      assertIsMemoryOf(second, subject);
      // Besides, the interpreter has written some pages of its own.
      assertThat(second.own()).isBetween(40L * PAGE, 340L * PAGE);
      second.memory().close();
    } finally {
      MountSafe.delete(dir);
    }
  }

  @Test
  void whoBeginsToTrackAProcessTakesItFromWhoDidBeforeAndNothingIsMistakenForUnchanged()
      throws IOException {
    Path dir = Files.createTempDirectory("since");
    try (Subject subject = new Subject()) {
      Taken first = take(subject, null, dir.resolve("first"));
      subject.tell("write(0, 100, 77, 500)");
      // A move begins, protects all pages anew, and is given up.
      Path ahead = Files.createDirectories(dir.resolve("ahead"));
      MemorySnapshot.take(
              subject.pids,
              ahead,
              Long.MAX_VALUE,
              () -> true,
              MemorySnapshot.Effort.PLAIN,
              trackers.follow(subject.pids, 1))
          .close();
      Taken second = take(subject, first, dir.resolve("second"));
      assertIsMemoryOf(second, subject);
      second.memory().close();
    } finally {
      MountSafe.delete(dir);
    }
  }
}
