package io.nereid.coordinator.directory;

import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.migration.Phase;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One operation at a time per container; who comes second is told which one is under way. */
public final class Operations {
  /** Less than a person's request waits. */
  private static final long YIELD_MS = 40_000;

  private record Operation(String what, boolean quiet, CompletableFuture<Void> end) {}

  private final Map<ContainerId, Operation> running = new ConcurrentHashMap<>();
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
    return begin(container, new Operation(what, false, new CompletableFuture<>()), outstanding);
  }

  /**
   * Begins something that nobody waits for. Who comes while it is under way is not refused, but
   * waits for its end.
   */
  public Running beginQuietly(Ownership container, String what) {
    return begin(container, new Operation(what, true, new CompletableFuture<>()), false);
  }

  private Running begin(Ownership container, Operation mine, boolean outstanding) {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(YIELD_MS);
    Operation other = running.putIfAbsent(container.id(), mine);
    while (other != null) {
      if (mine.quiet() || !other.quiet() || !ended(other, deadline)) {
        throw busy(container, "'" + other.what() + "' is under way", "wait until it has ended");
      }
      other = running.putIfAbsent(container.id(), mine);
    }
    var migration = board.holding(container.id());
    boolean lets = outstanding && migration.filter(m -> m.phase() == Phase.OUTSTANDING).isPresent();
    if (migration.isPresent() && !lets) {
      end(container, mine);
      String id = migration.get().migration().id().value();
      throw busy(
          container,
          "migration " + id + " is moving it (" + migration.get().phase() + ")",
          "wait until it has ended, or cancel the migration");
    }
    return () -> end(container, mine);
  }

  private void end(Ownership container, Operation mine) {
    running.remove(container.id(), mine);
    mine.end().complete(null);
  }

  private static boolean ended(Operation other, long deadline) {
    try {
      other.end().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException | ExecutionException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
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
