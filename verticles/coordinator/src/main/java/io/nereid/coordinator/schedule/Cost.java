package io.nereid.coordinator.schedule;

import io.nereid.domain.snapshot.Snapshot;
import java.util.List;

/**
 * What the last snapshots of a container took: a bad one counts at once, a good one only when
 * others follow.
 *
 * @param freezeMs for how long it was frozen
 * @param tookMs until it was stored
 * @param uniqueBytes new content
 */
record Cost(long freezeMs, long tookMs, long uniqueBytes) {
  /** Nothing is known. */
  static final Cost UNKNOWN = new Cost(0, 0, 0);

  private static final int LOOK_AT = 3;

  /**
   * Looks back.
   *
   * @param past periodic ones, the newest first
   */
  static Cost of(List<Snapshot> past) {
    // The first of a container is no measure: all of it was new.
    List<Snapshot> last = past.stream().limit(past.size() > 1 ? past.size() - 1 : 1).toList();
    last = last.subList(0, Math.min(LOOK_AT, last.size()));
    if (last.isEmpty()) {
      return UNKNOWN;
    }
    return new Cost(
        weigh(last.stream().map(Snapshot::freezeMs).toList()),
        weigh(last.stream().map(Snapshot::tookMs).toList()),
        weigh(last.stream().map(s -> s.sizes().unique()).toList()));
  }

  private static long weigh(List<Long> values) {
    double mean = values.stream().mapToLong(Long::longValue).average().orElse(0);
    return Math.max(0, Math.max(values.getFirst(), Math.round(mean)));
  }
}
