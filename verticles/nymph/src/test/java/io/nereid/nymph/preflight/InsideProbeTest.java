package io.nereid.nymph.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nereid.domain.preflight.Inside;
import io.nereid.domain.preflight.OpenFile;
import io.nereid.process.SystemProcessRunner;
import io.nereid.testkit.RequiresRuntime;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Looks at processes of ours, this one among them. */
@RequiresRuntime
class InsideProbeTest {
  private static final long SELF = ProcessHandle.current().pid();
  private static final long IO_URING_SETUP = 425;

  private static final InsideProbe PROBE =
      new InsideProbe(new ProcFiles(Path.of("/proc")), SystemProcessRunner.ofThisHost());

  @TempDir Path dir;

  private static Inside look(Set<String> bindPoints) {
    return PROBE.look(Set.of(SELF), SELF, bindPoints).inside();
  }

  @Test
  void anIoUringIsSeen() throws Throwable {
    assertThat(look(Set.of()).unsupported()).isEmpty();
    int ring = ring();
    assertThat(ring).as("io_uring_setup").isGreaterThanOrEqualTo(0);
    try {
      assertThat(look(Set.of()).unsupported())
          .extracting(OpenFile::what)
          .containsExactly("io_uring");
    } finally {
      call("close", ring);
    }
  }

  private static int ring() throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      MethodHandle syscall =
          linker.downcallHandle(
              linker.defaultLookup().find("syscall").orElseThrow(),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.ADDRESS),
              Linker.Option.firstVariadicArg(1));
      MemorySegment parameters = arena.allocate(120, 8);
      return (int) (long) syscall.invokeExact(IO_URING_SETUP, 4L, parameters);
    }
  }

  private static void call(String name, int argument) throws Throwable {
    Linker linker = Linker.nativeLinker();
    int result =
        (int)
            linker
                .downcallHandle(
                    linker.defaultLookup().find(name).orElseThrow(),
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT))
                .invokeExact(argument);
    assertThat(result).isZero();
  }

  @Test
  void aLockIsCountedOnceAndBelongsToOthersOnlyOnABindMount() throws IOException {
    int before = look(Set.of()).locks();
    Path file = Files.createFile(dir.resolve("locked"));
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        FileLock lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      Inside inside = look(Set.of());
      assertThat(inside.locks()).isEqualTo(before + 1);
      assertThat(inside.foreignLocks()).isEmpty();
      Inside bound = look(Set.of(mountPointOf(file)));
      assertThat(bound.foreignLocks()).extracting(OpenFile::what).contains(file.toString());
    }
  }

  private static String mountPointOf(Path file) {
    Path at = file;
    String mounts = new ProcFiles(Path.of("/proc")).text("self/mountinfo");
    Set<String> points =
        MountInfo.parse(mounts).byId().values().stream()
            .map(MountInfo.Mount::point)
            .collect(java.util.stream.Collectors.toSet());
    while (!points.contains(at.toString())) {
      at = at.getParent();
    }
    return at.toString();
  }

  @Test
  void aDeviceThatCannotMoveIsToldAndOneThatCanIsNot() throws IOException {
    try (var zero = Files.newInputStream(Path.of("/dev/zero"))) {
      assertThat(zero.read()).isZero();
      assertThat(look(Set.of()).devices()).isEmpty();
      try (var fuse =
          FileChannel.open(
              Path.of("/dev/fuse"), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        assertThat(fuse.isOpen()).isTrue();
        assertThat(look(Set.of()).devices())
            .extracting(OpenFile::what)
            .containsExactly("/dev/fuse");
      }
    }
  }

  @Test
  void aFileWithAnotherNameLeftIsNotTakenForADeletedOne() throws IOException {
    Path file = Files.write(dir.resolve("one"), new byte[2 << 20]);
    Files.createLink(dir.resolve("two"), file);
    try (var open = Files.newInputStream(file)) {
      assertThat(open.read()).isZero();
      Files.delete(file);
      Inside inside = look(Set.of());
      assertThat(inside.relinked()).extracting(OpenFile::what).contains(file + " (deleted)");
      Files.delete(dir.resolve("two"));
      inside = look(Set.of());
      assertThat(inside.deleted())
          .contains(
              new OpenFile(inside.deleted().getFirst().process(), file + " (deleted)", 2 << 20));
    }
  }

  @Test
  void holesOfADeletedFileDoNotCount() throws IOException {
    Path file = dir.resolve("sparse");
    try (var open = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      open.write(ByteBuffer.allocate(3 << 20), 1L << 40);
      Files.delete(file);
      assertThat(look(Set.of()).deleted())
          .filteredOn(f -> f.what().equals(file + " (deleted)"))
          .singleElement()
          .satisfies(f -> assertThat(f.bytes()).isBetween(3L << 20, 4L << 20));
    }
  }

  @Test
  void aNameOfAnotherKindOfFileDeceivesNobody() throws IOException {
    for (String name : new String[] {"x (deleted)", "anon_inode:[io_uring]", "socket:[1]\n"}) {
      try (var open = Files.newOutputStream(dir.resolve(name))) {
        open.write(1);
        Inside inside = look(Set.of());
        assertThat(inside.unsupported()).isEmpty();
        assertThat(inside.deleted()).isEmpty();
        assertThat(inside.relinked()).allSatisfy(f -> assertThat(f.what()).doesNotContain("\n"));
      }
    }
  }

  @Test
  void aFileOnAMountThatIsGoneIsOutside() throws Exception {
    Path point = Files.createDirectories(dir.resolve("point"));
    Path ready = dir.resolve("ready");
    String script =
        "mount -t tmpfs x \"$0\" && exec 5>\"$0/file\" && umount -l \"$0\" && : > \"$1\" && read x";
    Process process =
        new ProcessBuilder(
                "unshare", "--mount", "sh", "-c", script, point.toString(), ready.toString())
            .start();
    try {
      await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(ready));
      Inside inside = PROBE.look(Set.of(process.pid()), process.pid(), Set.of()).inside();
      assertThat(inside.outside()).extracting(OpenFile::what).containsExactly("/file");
    } finally {
      process.getOutputStream().close();
      process.waitFor();
    }
  }

  @Test
  void aProcessThatEndsMeanwhileCountsForNothing() {
    InsideProbe.Found found = PROBE.look(Set.of(4_194_303L), 4_194_303L, Set.of());
    assertThat(found.inside().processes()).isZero();
    assertThat(found.memoryBytes()).isZero();
    assertThat(found.inside().complete()).isTrue();
  }
}
