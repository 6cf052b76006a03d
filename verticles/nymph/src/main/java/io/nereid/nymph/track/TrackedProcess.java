package io.nereid.nymph.track;

import io.nereid.nymph.kernel.Kernel;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A process whose writes are noted. What is mapped, moved or dropped and touched anew while it is
 * looked at is never called unchanged. Thread-safe.
 */
final class TrackedProcess implements AutoCloseable {
  /** So that the rounds of two that follow the same process cannot be mistaken for each other. */
  private static final AtomicLong ROUNDS = new AtomicLong();

  private static final long ROUNDS_EACH = 1L << 32;
  private final Path process;
  private final String begunAt;
  private int fd;
  private long round = ROUNDS.addAndGet(ROUNDS_EACH);
  private PageRanges justWritten = PageRanges.EMPTY;

  private TrackedProcess(Path process, int fd) throws IOException {
    this.process = process;
    this.fd = fd;
    this.begunAt = begunAt();
  }

  /** When it was started: another one that gets its id later has been started at another time. */
  private String begunAt() throws IOException {
    String stat = Files.readString(process.resolve("stat"), StandardCharsets.ISO_8859_1);
    // Its name, in parentheses, may have anything in it; the time is the 20th word behind it.
    String[] words = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ");
    if (words.length < 20) {
      throw new IOException("it cannot be told when it was started");
    }
    return words[19];
  }

  private void requireSame() throws IOException {
    if (fd < 0 || !begunAt.equals(begunAt())) {
      throw new IOException("it has ended");
    }
  }

  /**
   * Begins; takes the descriptor over.
   *
   * @param fd a userfaultfd of the process
   * @throws IOException when it cannot be done, or would not tell everything
   */
  static TrackedProcess begin(Path process, int fd) throws IOException {
    TrackedProcess tracked;
    try {
      tracked = new TrackedProcess(process, fd);
    } catch (IOException e) {
      Kernel.close(fd);
      throw e;
    }
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
      boolean any = maps.anonymous().isEmpty();
      for (ProcMaps.Area area : maps.anonymous()) {
        // One that fails has changed or ended, or is used by the process in the same way.
        any |= Userfault.register(fd, area.start(), area.end(), buffer);
      }
      if (!any) {
        throw new IOException("none of its memory can be tracked any more");
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
    requireSame();
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
    if (asked != round || fd < 0) {
      return Optional.empty();
    }
    requireSame();
    return Optional.of(PageScan.scan(process, false).unchanged().without(justWritten));
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
