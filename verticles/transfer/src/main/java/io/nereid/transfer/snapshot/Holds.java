package io.nereid.transfer.snapshot;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.SnapshotId;
import io.nereid.port.SnapshotPort.Hold;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Who is in use, and must not be removed. Thread-safe. */
final class Holds {
  private final Map<SnapshotId, Integer> counts = new HashMap<>();

  /** What is looked for while nobody can be removed. */
  interface Found<T> {
    T find();
  }

  /** Something that was found, until it is let go. */
  record Held<T>(T it, Hold hold) implements AutoCloseable {
    @Override
    public void close() {
      hold.close();
    }
  }

  /** Finds something and holds it; fails as finding does. */
  synchronized <T> Held<T> take(SnapshotId id, Found<T> found) {
    T it = found.find();
    counts.merge(id, 1, Integer::sum);
    AtomicBoolean ended = new AtomicBoolean();
    return new Held<>(
        it,
        () -> {
          if (ended.compareAndSet(false, true)) {
            release(id);
          }
        });
  }

  private synchronized void release(SnapshotId id) {
    counts.computeIfPresent(id, (same, count) -> count == 1 ? null : count - 1);
  }

  /** Does something unless it is held; BUSY when it is. */
  synchronized void ifFree(SnapshotId id, Runnable action) {
    if (counts.containsKey(id)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY,
              "snapshot "
                  + id
                  + " is being restored, exported, sent or verified, or is the base of one that is"
                  + " being taken",
              "wait until that has ended"));
    }
    action.run();
  }
}
