package io.nereid.launcher.bench;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is to be measured: every contestant with every memory and every rate, in turn.
 *
 * @param memoryBytes of redis's data
 * @param writeRates bytes per second that are rewritten; 0 is an idle one
 * @param linkBits bits per second between the hosts; absent: as fast as the machine
 * @param rounds how often each combination is measured
 * @param after how long the client is watched after the pause
 */
public record PausePlan(
    List<Long> memoryBytes,
    List<Long> writeRates,
    Optional<Long> linkBits,
    List<Contestant> contestants,
    int rounds,
    Duration after) {
  public PausePlan {
    memoryBytes = List.copyOf(memoryBytes);
    writeRates = List.copyOf(writeRates);
    contestants = List.copyOf(contestants);
  }

  /** The largest memory. */
  public long largestBytes() {
    return memoryBytes.stream().mapToLong(Long::longValue).max().orElseThrow();
  }
}
