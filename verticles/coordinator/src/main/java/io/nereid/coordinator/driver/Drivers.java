package io.nereid.coordinator.driver;

import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The drivers of one leadership. Safe for any thread. */
public final class Drivers {
  private static final Logger LOG = LoggerFactory.getLogger(Drivers.class);

  /** So many that are over are kept for people to look at. */
  static final int HISTORY_MAX = 200;

  private final DriverPorts ports;
  private final MigrationBoard board;
  private final Map<MigrationId, MigrationDriver> running = new ConcurrentHashMap<>();
  private volatile boolean stopped;

  public Drivers(DriverPorts ports, MigrationBoard board) {
    this.ports = ports;
    this.board = board;
  }

  /** Goes on with everything that another coordinator has left. Blocks for reading. */
  public void resumeAll() {
    for (MigrationRecord record : ports.store().all()) {
      board.show(record);
      if (record.unfinished()) {
        LOG.info("going on with {}", record);
        start(record, true);
      }
    }
  }

  /**
   * Writes a new one down and drives it. Blocks for writing.
   *
   * @param resumed true when it was not begun by this leadership
   */
  public void begin(MigrationRecord first, boolean resumed) {
    if (!ports.store().create(first)) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY, "migration " + first.migration().id() + " exists already", ""));
    }
    board.show(first);
    start(first, resumed);
    prune();
  }

  private void start(MigrationRecord record, boolean resumed) {
    MigrationId id = record.migration().id();
    MigrationDriver driver = new MigrationDriver(record, resumed, ports);
    if (running.putIfAbsent(id, driver) != null) {
      return;
    }
    if (stopped) {
      driver.stop();
    }
    Thread.ofVirtual()
        .name("migration-" + id)
        .start(() -> {
          try {
            driver.run();
          } finally {
            running.remove(id, driver);
          }
        });
  }

  /** Asks one to give up; fails with WRONG_STATE when it is too late. */
  public CompletableFuture<Void> cancel(MigrationRecord record) {
    MigrationDriver driver = running.get(record.migration().id());
    return driver == null
        ? CompletableFuture.failedFuture(MigrationDriver.tooLate(record))
        : driver.cancel();
  }

  /** Has its source go on as of the freeze; fails with WRONG_STATE when that may not be. */
  public CompletableFuture<Void> takeBack(MigrationRecord record) {
    MigrationDriver driver = running.get(record.migration().id());
    return driver == null
        ? CompletableFuture.failedFuture(MigrationDriver.tooLate(record))
        : driver.takeBack();
  }

  /** Tells all that a host has come or gone. */
  public void nodeChanged(NodeId node, boolean present) {
    for (MigrationDriver driver : running.values()) {
      if (present) {
        driver.back(node);
      } else {
        driver.lost(node);
      }
    }
  }

  /** Ends all; their records stay for the next leader. */
  public void stop() {
    stopped = true;
    running.values().forEach(MigrationDriver::stop);
  }

  private void prune() {
    List<MigrationRecord> over =
        board.all().stream().filter(r -> !r.unfinished()).skip(HISTORY_MAX).toList();
    for (MigrationRecord old : over) {
      ports.store().remove(old);
      board.remove(old.migration().id());
    }
  }
}
