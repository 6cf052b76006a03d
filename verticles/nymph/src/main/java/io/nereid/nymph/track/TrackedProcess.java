package io.nereid.nymph.track;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process whose writes are noted. What is mapped, moved or dropped and touched anew while it is
 * looked at is never called unchanged. Thread-safe.
 */
final class TrackedProcess implements AutoCloseable {
  private final Path process;
  private int fd;
  private long round;
  private PageRanges justWritten = PageRanges.EMPTY;

  private TrackedProcess(Path process, int fd) {
    this.process = process;
    this.fd = fd;
  }

  /**
   * Begins; takes the descriptor over.
   *
   * @param fd a userfaultfd of the process
   * @throws IOException when it cannot be done, or would not tell everything
   */
  static TrackedProcess begin(Path process, int fd) throws IOException {
    TrackedProcess tracked = new TrackedProcess(process, fd);
    try {
      Userfault.begin(fd);
      tracked.register();
      // What is being written in this moment by somebody who has the page already is over when the
      // first round begins, which protects again.
      PageScan.scan(process, true);
      return tracked;
    } catch (IOException | RuntimeException e) {
      tracked.close();
      throw e;
    }
  }

  private void register() throws IOException {
    ProcMaps maps =
        ProcMaps.of(Files.readAllLines(process.resolve("maps"), StandardCharsets.ISO_8859_1));
    if (maps.aio()) {
      throw new IOException("it uses asynchronous input and output");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(32, 8);
      for (ProcMaps.Area area : maps.anonymous()) {
        // One that fails has changed or ended, or is used by the process in the same way.
        Userfault.register(fd, area.start(), area.end(), buffer);
      }
    }
  }

  /** A round has a number, by which {@link #unchanged} knows what it is asked about. */
  record Round(long number, PageRanges unchanged) {}

  /**
   * Which pages are as they were at the round before. From now on writes count for the next one, so
   * it has to be asked before pages are read.
   */
  synchronized Round next() throws IOException {
    round++;
    register();
    PageScan.Found found = PageScan.scan(process, true);
    Optional<String> unseen = UnseenWrites.possible(process);
    if (unseen.isPresent()) {
      throw new IOException(unseen.get());
    }
    // A page that was written just before may have been read before that was over.
    PageRanges unchanged = found.unchanged().without(justWritten);
    justWritten = found.written();
    return new Round(round, unchanged);
  }

  /** Which pages are as they were at that round; empty when it was not the last one. */
  synchronized Optional<PageRanges> unchanged(long asked) throws IOException {
    return asked == round && fd >= 0
        ? Optional.of(PageScan.scan(process, false).unchanged().without(justWritten))
        : Optional.empty();
  }

  /** Nothing is left of it in the process then. */
  @Override
  public synchronized void close() {
    if (fd >= 0) {
      Kernel.close(fd);
      fd = -1;
    }
  }
}
