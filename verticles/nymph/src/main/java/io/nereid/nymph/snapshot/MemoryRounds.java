package io.nereid.nymph.snapshot;

import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.nymph.memory.Room;
import io.nereid.nymph.track.Trackers;
import io.nereid.nymph.track.WriteTracking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Memory that is read while the container runs: all of it, or what has changed since an earlier
 * snapshot, and once more what has changed meanwhile for as long as that makes the freeze
 * noticeably shorter. Blocks.
 */
final class MemoryRounds implements AutoCloseable {
  private static final int ROUNDS_MAX = 3;

  /** What was read in less time has hardly changed since. */
  private static final long WORTH_MS = 150;

  private final Path directory;
  private final Supplier<Collection<Integer>> processes;
  private final MemorySnapshot.Effort effort;
  private final Trackers trackers;
  private final List<Path> directories = new ArrayList<>();
  private MemorySnapshot newest;

  private MemoryRounds(
      Path directory,
      Supplier<Collection<Integer>> processes,
      MemorySnapshot.Effort effort,
      Trackers trackers) {
    this.directory = directory;
    this.processes = processes;
    this.effort = effort;
    this.trackers = trackers;
  }

  /**
   * Reads.
   *
   * @param directory gets one directory for each round
   * @param earlier what the memory was at an earlier snapshot; closed by this
   * @param processes of the container as they are when it is asked
   */
  static MemoryRounds read(
      Path directory,
      Optional<MemorySnapshot> earlier,
      Supplier<Collection<Integer>> processes,
      MemorySnapshot.Effort effort,
      Trackers trackers)
      throws IOException {
    MemoryRounds rounds = new MemoryRounds(directory, processes, effort, trackers);
    try {
      if (earlier.isPresent()) {
        rounds.since(earlier.get());
      } else {
        rounds.first();
      }
      long before = Long.MAX_VALUE;
      while (rounds.newest.tookMs() > WORTH_MS
          && rounds.directories.size() < ROUNDS_MAX
          && rounds.newest.bytes() < before / 2) {
        before = rounds.newest.bytes();
        rounds.again();
      }
      return rounds;
    } catch (IOException | RuntimeException e) {
      rounds.close();
      throw e;
    }
  }

  private void first() throws IOException {
    Path images = next();
    Collection<Integer> pids = processes.get();
    WriteTracking tracking = trackers.follow(pids, MemorySnapshot.residentBytes(pids));
    newest =
        MemorySnapshot.take(
            pids, images, Room.below(images), MemoryRounds::wanted, effort, tracking);
  }

  private void since(MemorySnapshot earlier) throws IOException {
    newest = earlier;
    earlier.track(trackers, processes.get());
    again();
  }

  private void again() throws IOException {
    MemorySnapshot older = newest;
    Path images = next();
    // Also when that fails, the older one is of no use any more.
    try (older) {
      newest =
          older.next(processes.get(), images, Room.below(images), MemoryRounds::wanted, effort);
    }
  }

  private Path next() throws IOException {
    Path images = Files.createDirectories(directory.resolve("round-" + directories.size()));
    directories.addFirst(images);
    return images;
  }

  private static boolean wanted() {
    return !Thread.currentThread().isInterrupted();
  }

  /** With which the frozen memory is compared. */
  MemorySnapshot newest() {
    return newest;
  }

  /** Where the pages are, the newest first. */
  List<Path> directories() {
    return List.copyOf(directories);
  }

  @Override
  public void close() {
    if (newest != null) {
      newest.close();
    }
  }
}
