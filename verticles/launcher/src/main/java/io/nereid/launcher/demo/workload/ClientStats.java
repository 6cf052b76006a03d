package io.nereid.launcher.demo.workload;

/**
 * What a client saw in one stretch of time.
 *
 * @param requests answers it got, or lines it read
 * @param lost answers that never came, increments that were acknowledged and are gone, and numbers
 *     that were skipped
 * @param duplicated increments or numbers that happened twice
 * @param reconnects how often it had to connect again
 * @param longestGapMs longest time between two answers that follow each other
 */
public record ClientStats(
    long requests, long lost, long duplicated, long reconnects, long longestGapMs) {
  /** True when nothing was lost, nothing happened twice and the connection held. */
  public boolean clean() {
    return lost == 0 && duplicated == 0 && reconnects == 0 && requests > 0;
  }
}
