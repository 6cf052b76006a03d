package io.nereid.domain.recovery;

import java.util.Optional;

/**
 * How a container stands with regard to the loss of its host.
 *
 * @param point what it would go on from; absent when its loss would be complete
 * @param recovery the last time that it was recovered, or the time that is under way
 * @param waits why it is not recovered although its host is away
 */
public record Protection(
    Optional<RecoveryPoint> point, Optional<Recovery> recovery, Optional<String> waits) {
  /** Nothing is known. */
  public static final Protection NONE =
      new Protection(Optional.empty(), Optional.empty(), Optional.empty());
}
