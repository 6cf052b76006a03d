package io.nereid.nymph.pages;

import static org.assertj.core.api.Assertions.assertThat;

import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.process.SystemProcessRunner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LazyPagesTest {
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final String NO_PROCESS = "2147483600";

  @TempDir Path work;

  private LazyPages.End end() {
    try (DirectoryWatch watch = DirectoryWatch.open(work)) {
      return new LazyPages(SystemProcessRunner.ofThisHost(), watch, List.of()).awaitEnd(work, SOON);
    }
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(work.resolve(name), text);
  }

  @Test
  void whereNothingWasBroughtNothingIsMissing() {
    assertThat(end()).isEqualTo(LazyPages.End.COMPLETE);
  }

  @Test
  void aDaemonThatEndedWithoutSayingThatItHasEverythingHasBrokenOff() throws IOException {
    write("lazy-pages.pid", NO_PROCESS);
    write("lazy-pages.log", "");
    assertThat(end()).isEqualTo(LazyPages.End.BROKEN);
  }

  @Test
  void aDaemonThatSaysSoWithAnErrorInItsLogHasBrokenOff() throws IOException {
    write("lazy-pages.pid", NO_PROCESS);
    write("pages.done", "12 pages");
    write("lazy-pages.log", "(00.1) Error (criu/uffd.c:800): uffd: 7-1: failed reading pages\n");
    assertThat(end()).isEqualTo(LazyPages.End.BROKEN);
  }

  @Test
  void theAnswerStaysWhenTheDirectoryHasBeenDeletedBecauseAllWasWell() throws IOException {
    write("lazy-pages.pid", NO_PROCESS);
    write("pages.done", "12 pages");
    write("lazy-pages.log", "");
    try (DirectoryWatch watch = DirectoryWatch.open(work)) {
      LazyPages pages = new LazyPages(SystemProcessRunner.ofThisHost(), watch, List.of());
      assertThat(pages.awaitEnd(work, SOON)).isEqualTo(LazyPages.End.COMPLETE);
      Files.delete(work.resolve("pages.done"));
      assertThat(pages.awaitEnd(work, SOON)).isEqualTo(LazyPages.End.COMPLETE);
    }
  }

  @Test
  void aDaemonThatOnlyMissesAPrivilegeHasBroughtEverything() throws IOException {
    write("lazy-pages.pid", NO_PROCESS);
    write("pages.done", "12 pages");
    write(
        "lazy-pages.log",
        "(00.0) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self\n");
    assertThat(end()).isEqualTo(LazyPages.End.COMPLETE);
  }
}
