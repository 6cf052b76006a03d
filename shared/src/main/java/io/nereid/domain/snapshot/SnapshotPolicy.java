package io.nereid.domain.snapshot;

import java.util.Optional;

/**
 * How a container is protected: when snapshots of it are taken by themselves, how long those are
 * kept, and where. Snapshots that a person takes are never deleted by it. Made and checked by
 * {@link PolicyWish#over}.
 *
 * @param intervalMs time from one snapshot to the next
 * @param rpoMs how much may be lost with the host, instead of an interval; without both, snapshots
 *     are taken by hand only
 * @param chainLength every so many snapshots one is kept for long and sent to other hosts
 * @param keepCount of those, so many are kept; 0 is no limit
 * @param keepMs and none older; 0 is no limit
 * @param keepBytes and not more than this in all; 0 is no limit
 * @param replicas how many other hosts shall hold each of those
 */
public record SnapshotPolicy(
    Optional<Long> intervalMs,
    Optional<Long> rpoMs,
    int chainLength,
    int keepCount,
    long keepMs,
    long keepBytes,
    int replicas) {
  /** Other hosts that get a copy when nobody has said anything. */
  public static final int REPLICAS = 1;

  /** Whether snapshots are taken by themselves. */
  public boolean periodic() {
    return intervalMs.isPresent() || rpoMs.isPresent();
  }
}
