package io.nereid.launcher.demo.playground;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds a place for a run's files that is large enough. */
final class Space {
  // Images at the source twice, at the target twice, and one kept on each host that was visited.
  static final int COPIES = 7;
  private static final long BASE_BYTES = 1L << 30;
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Path SHM = Path.of("/dev/shm");

  private Space() {}

  /**
   * A directory for temporary files: in memory where that is plenty, else on disk.
   *
   * @param memoryBytes of the container that will move
   * @param copies how many of them there may be at once
   */
  static Path choose(long memoryBytes, int copies) {
    long needed = BASE_BYTES + copies * memoryBytes;
    List<String> tried = new ArrayList<>();
    for (Path place : Leftovers.temporaries()) {
      long free = free(place);
      if (place.equals(SHM)) {
        // A tmpfs may be larger than the memory behind it.
        free = Math.min(free, available() - memoryBytes);
      }
      if (free >= needed) {
        return place;
      }
      tried.add(place + " has " + (Math.max(0, free) >> 20) + " MiB");
    }
    throw new FailureException(
        Failure.refused(
            FailureCode.NO_SPACE,
            "there is need of " + (needed >> 20) + " MiB for files: " + String.join(", ", tried),
            "free some space, or use less with --memory"));
  }

  private static long free(Path place) {
    try {
      return Files.isWritable(place) ? Files.getFileStore(place).getUsableSpace() : 0;
    } catch (IOException e) {
      return 0;
    }
  }

  private static long available() {
    try {
      return Files.readAllLines(MEMINFO).stream()
          .filter(line -> line.startsWith("MemAvailable:"))
          .map(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
          .findFirst()
          .orElse(0L);
    } catch (IOException e) {
      return 0;
    }
  }
}
