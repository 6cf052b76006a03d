package io.nereid.coordinator.directory;

import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.migration.Phase;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One operation at a time per container; who comes second is told which one is under way. */
public final class Operations {
  private final Map<ContainerId, String> running = new ConcurrentHashMap<>();
  private final MigrationBoard board;

  public Operations(MigrationBoard board) {
    this.board = board;
  }

  /** An operation under way; closing it lets the next one in. */
  public interface Running extends AutoCloseable {
    @Override
    void close();
  }

  /** Begins an operation, or throws BUSY. */
  public Running begin(Ownership container, String what) {
    return begin(container, what, false);
  }

  /**
   * The same.
   *
   * @param outstanding also while pages of it still come from where it was
   */
  public Running begin(Ownership container, String what, boolean outstanding) {
    String other = running.putIfAbsent(container.id(), what);
    if (other != null) {
      throw busy(container, "'" + other + "' is under way", "wait until it has ended");
    }
    var migration = board.holding(container.id());
    boolean lets = outstanding && migration.filter(m -> m.phase() == Phase.OUTSTANDING).isPresent();
    if (migration.isPresent() && !lets) {
      running.remove(container.id(), what);
      String id = migration.get().migration().id().value();
      throw busy(
          container,
          "migration " + id + " is moving it (" + migration.get().phase() + ")",
          "wait until it has ended, or cancel the migration");
    }
    return () -> running.remove(container.id(), what);
  }

  /** Whether anything is done to a container at the moment. */
  public boolean isBusy(ContainerId id) {
    return running.containsKey(id) || board.unfinished(id).isPresent();
  }

  private static FailureException busy(Ownership container, String why, String remedy) {
    return new FailureException(
        Failure.refused(
            FailureCode.BUSY, "container '" + container.name() + "' is busy: " + why, remedy));
  }
}
