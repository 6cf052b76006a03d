package io.nereid.nymph.track;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel says of real processes, also while they rearrange their memory. */
class WriteTrackingTest {
  private static final int PAGE = Subject.PAGE;
  private static final int PAGES = 600;
  private Subject subject;
  private WriteTracking tracking;
  private long area;

  @BeforeEach
  void start() throws IOException {
    Subject.requireHere();
    subject = new Subject();
    area = subject.allocate(PAGES);
    tracking = follow(subject);
    assertThat(tracking.whyNot()).isEmpty();
    assertThat(tracking.followed()).isEqualTo(1);
  }

  private static WriteTracking follow(Subject subject) {
    return new Trackers(SystemProcessRunner.ofThisHost(), 0).follow(List.of(subject.pid()), 1);
  }

  @AfterEach
  void end() {
    if (subject != null) {
      subject.close();
    }
    if (tracking != null) {
      tracking.close();
    }
  }

  private long round() {
    WriteTracking.Round round = tracking.round(subject.pid());
    assertThat(round.number()).as(() -> tracking.whyNot().toString()).isPositive();
    return round.number();
  }

  private BitSet changedSince(long round, long start, int pages) {
    PageRanges.Cursor unchanged = tracking.unchangedSince(subject.pid(), round).cursor();
    BitSet changed = new BitSet();
    for (int i = 0; i < pages; i++) {
      if (!unchanged.has(start + (long) i * PAGE)) {
        changed.set(i);
      }
    }
    return changed;
  }

  private BitSet changedSince(long round) {
    return changedSince(round, area, PAGES);
  }

  @Test
  void exactlyThePagesThatWereWrittenAreChanged() throws IOException {
    Random random = new Random(5);
    round();
    for (int turn = 0; turn < 30; turn++) {
      long round = round();
      byte[] before = subject.content(area, PAGES);
      BitSet wanted = new BitSet();
      int writes = random.nextInt(1 << random.nextInt(10));
      StringBuilder line = new StringBuilder("pass");
      for (int i = 0; i < writes; i++) {
        int page = random.nextInt(PAGES);
        line.append("; touch(a, %d, %d)".formatted(page, 10 + turn));
        wanted.set(page);
      }
      subject.tell(line.toString());
      byte[] after = subject.content(area, PAGES);
      BitSet really = new BitSet();
      for (int i = 0; i < PAGES; i++) {
        if (!Arrays.equals(before, i * PAGE, (i + 1) * PAGE, after, i * PAGE, (i + 1) * PAGE)) {
          really.set(i);
        }
      }
      assertThat(really).isEqualTo(wanted);
      assertThat(changedSince(round)).isEqualTo(wanted);
      // What was just written is looked at once more.
      round = round();
      assertThat(changedSince(round)).isEqualTo(wanted);
      round();
    }
  }

  @Test
  void aRoundThatIsNotTheLastOneIsKnownNothingOf() {
    long first = round();
    round();
    assertThat(changedSince(first).cardinality()).isEqualTo(PAGES);
  }

  @Test
  void memoryThatIsMappedMeanwhileIsChanged() throws IOException {
    long round = round();
    long fresh = Long.parseLong(subject.tell("b = alloc(50); fill(b, 50); r = b"));
    assertThat(changedSince(round, fresh, 50).cardinality()).isEqualTo(50);
    round();
    round = round();
    assertThat(changedSince(round, fresh, 50).cardinality()).isZero();
  }

  @Test
  void memoryThatTakesThePlaceOfOtherIsChanged() throws IOException {
    round();
    long round = round();
    subject.tell("libc.munmap(P(a + 100 * 4096), L(50 * 4096))");
    subject.tell("b = alloc(50, 0x32, -1, a + 100 * 4096); fill(b, 50)");
    BitSet wanted = new BitSet();
    wanted.set(100, 150);
    assertThat(changedSince(round)).isEqualTo(wanted);
  }

  @Test
  void memoryThatIsMovedIsChangedWhereItCame() throws IOException {
    round();
    round();
    long to = Long.parseLong(subject.tell("b = alloc(300); fill(b, 300, 9); r = b"));
    round();
    long round = round();
    assertThat(changedSince(round, to, 300).cardinality()).isZero();
    // MREMAP_MAYMOVE and MREMAP_FIXED
    subject.tell(
        "c = libc.mremap(P(a + 20 * 4096), L(64 * 4096), L(64 * 4096), 3, P(b + 10 * 4096));"
            + " assert c == b + 10 * 4096");
    BitSet moved = new BitSet();
    moved.set(10, 74);
    assertThat(changedSince(round, to, 300)).isEqualTo(moved);
    round = round();
    subject.tell("touch(b, 12, 99)");
    BitSet written = new BitSet();
    written.set(12);
    assertThat(changedSince(round, to, 300).get(12)).isTrue();
    round();
    round = round();
    assertThat(changedSince(round, to, 300).cardinality()).isZero();
    subject.tell("touch(b, 12, 98)");
    assertThat(changedSince(round, to, 300)).isEqualTo(written);
  }

  @Test
  void memoryThatIsDroppedAndTouchedAnewIsChanged() throws IOException {
    round();
    long round = round();
    subject.tell("libc.madvise(P(a + 7 * 4096), L(20 * 4096), 4)");
    subject.tell("touch(a, 8, 7); r = ctypes.string_at(a + 9 * 4096, 1)[0]");
    assertThat(changedSince(round).get(7, 27).cardinality()).isEqualTo(20);
    assertThat(changedSince(round).cardinality()).isEqualTo(20);
  }

  @Test
  void aChildIsNotKnownAndItsParentStillIs() throws IOException {
    round();
    long round = round();
    long child = Long.parseLong(subject.tell("r = os.fork() or time.sleep(60)"));
    assertThat(tracking.unchangedSince((int) child, round).count()).isZero();
    subject.tell("touch(a, 3, 77)");
    BitSet wanted = new BitSet();
    wanted.set(3);
    assertThat(changedSince(round)).isEqualTo(wanted);
    subject.tell("os.kill(%d, 9)".formatted(child));
  }

  @Test
  void writesInHugePagesAreFound() throws IOException {
    int pages = 2048;
    long huge =
        Long.parseLong(
            subject.tell(
                "h = alloc(4096); h = (h + (2 << 20) - 1) & ~((2 << 20) - 1);"
                    + " libc.madvise(P(h), L(8 << 20), 14); fill(h, 2048); r = h"));
    round();
    long round = round();
    assertThat(changedSince(round, huge, pages).cardinality()).isZero();
    subject.tell("touch(h, 700, 3); touch(h, 1500, 4)");
    BitSet changed = changedSince(round, huge, pages);
    assertThat(changed.get(700)).isTrue();
    assertThat(changed.get(1500)).isTrue();
    assertThat(changed.cardinality()).isLessThan(2 * 512 + 1);
  }

  @Test
  void whatTheKernelWritesForAProcessIsFound() throws IOException {
    round();
    long round = round();
    subject.tell(
        "f = os.pipe(); os.write(f[1], b'x' * 100);"
            + " r = libc.read(f[0], P(a + 40 * 4096), L(100)); assert r == 100");
    try (var mem = new java.io.RandomAccessFile(subject.proc("mem").toFile(), "rw")) {
      mem.seek(area + 50L * PAGE);
      mem.write(new byte[100]);
    }
    subject.tell(
        "V = L * 2; src = V(a + 60 * 4096, 64); dst = V(a + 61 * 4096 + 8, 64);"
            + " r = libc.process_vm_writev(os.getpid(), src, L(1), dst, L(1), L(0))");
    BitSet wanted = new BitSet();
    wanted.set(40);
    wanted.set(50);
    wanted.set(61);
    assertThat(changedSince(round)).isEqualTo(wanted);
  }

  @Test
  void memoryThatIsSharedOrOfAFileIsNeverCalledUnchanged() throws IOException {
    long shared = Long.parseLong(subject.tell("s = alloc(20, 0x21); fill(s, 20); r = s"));
    long file =
        Long.parseLong(
            subject.tell(
                "fd = os.memfd_create('x'); os.ftruncate(fd, 20 * 4096);"
                    + " p = alloc(20, 2, fd); fill(p, 20); r = p"));
    round();
    long round = round();
    assertThat(changedSince(round, shared, 20).cardinality()).isEqualTo(20);
    assertThat(changedSince(round, file, 20).cardinality()).isEqualTo(20);
  }

  @Test
  void nothingIsLeftWhenItEnds() throws IOException {
    List<String> before = subject.descriptors();
    round();
    assertThat(subject.registered()).isPositive();
    assertThat(subject.descriptors()).isEqualTo(before);
    tracking.close();
    assertThat(subject.registered()).isZero();
    assertThat(tracking.unchangedSince(subject.pid(), 1).count()).isZero();
    subject.tell("touch(a, 3, 77)");
  }

  @Test
  void aProcessThatBecomesAnotherProgramIsNotKnown() throws IOException {
    long round = round();
    subject.begin("os.execvp('sleep', ['sleep', '60'])");
    org.awaitility.Awaitility.await()
        .until(() -> java.nio.file.Files.readString(subject.proc("comm")).startsWith("sleep"));
    assertThat(tracking.unchangedSince(subject.pid(), round).count()).isZero();
  }

  @Test
  void aFileForDirectInputEndsTheTracking() throws IOException {
    round();
    subject.tell("d = os.open('/bin/sh', os.O_RDONLY | os.O_DIRECT)");
    assertThat(tracking.round(subject.pid())).isEqualTo(WriteTracking.Round.UNKNOWN);
    assertThat(tracking.whyNot().orElseThrow()).contains("direct");
    assertThat(subject.registered()).isZero();
  }

  @Test
  void aProcessThatUsesUserfaultfdIsLeftAlone() throws IOException {
    tracking.close();
    subject.tell("u = libc.syscall(L(323), L(1)); assert u >= 0");
    try (WriteTracking other = follow(subject)) {
      assertThat(other.followed()).isZero();
      assertThat(other.whyNot().orElseThrow()).contains("userfaultfd itself");
    }
  }

  @Test
  void nothingIsLeftWhenWhoeverTracksIsKilled() throws IOException, InterruptedException {
    tracking.close();
    List<String> before = subject.descriptors();
    Process holder =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx32m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                Integer.toString(subject.pid()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var out = holder.inputReader()) {
      assertThat(out.lines().filter(l -> l.startsWith("holding ")).findFirst())
          .hasValueSatisfying(said -> assertThat(said).matches("holding [1-9][0-9]*"));
      assertThat(subject.registered()).isPositive();
    } finally {
      holder.destroyForcibly().waitFor();
    }
    org.awaitility.Awaitility.await().until(() -> subject.registered() == 0);
    assertThat(subject.descriptors()).isEqualTo(before);
    assertThat(subject.tell("touch(a, 3, 77); r = 9")).isEqualTo("9");
  }

  /** Tracks a process until it is killed. */
  static final class Holder {
    private Holder() {}

    public static void main(String[] arguments) throws InterruptedException {
      int pid = Integer.parseInt(arguments[0]);
      WriteTracking held =
          new Trackers(SystemProcessRunner.ofThisHost(), 0).follow(List.of(pid), 1);
      System.out.println("holding " + held.round(pid).number());
      new java.util.concurrent.CountDownLatch(1).await();
    }
  }
}
