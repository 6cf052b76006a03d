package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.driver.Drivers;
import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.Location;
import io.nereid.domain.container.Ownership;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.node.NodeView;
import io.nereid.port.OwnershipLedger;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.CancelRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrateRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationList;
import io.nereid.protocol.message.CoordinatorMessages.MigrationRequest;
import io.nereid.protocol.message.CoordinatorMessages.MigrationView;
import io.nereid.protocol.message.CoordinatorMessages.MigrationsRequest;
import io.nereid.protocol.message.CoordinatorMessages.TakeBackRequest;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Accepts, shows and cancels migrations. Blocks. */
public final class MigrateHandler {
  /** More at once would freeze each for longer than they gain. */
  static final int AT_ONCE_MAX = 32;

  private static final int LIST_MAX = 1_000;
  private static final long CANCEL_MS = 4_000;

  private final OwnershipLedger ledger;
  private final Directory directory;
  private final Operations operations;
  private final Drivers drivers;
  private final MigrationBoard board;
  private final PreflightHandler preflight;
  private final Clock clock;

  public MigrateHandler(
      OwnershipLedger ledger,
      Directory directory,
      Operations operations,
      Drivers drivers,
      MigrationBoard board,
      PreflightHandler preflight,
      Clock clock) {
    this.ledger = ledger;
    this.directory = directory;
    this.operations = operations;
    this.drivers = drivers;
    this.board = board;
    this.preflight = preflight;
    this.clock = clock;
  }

  /** Accepts a migration, or says why not. */
  public MigrationView migrate(MigrateRequest request) {
    Ownership found = Refs.find(request.ref(), ledger.all());
    try (Operations.Running running = operations.begin(found, "migrate")) {
      Ownership base = Refs.find(found.id().value(), ledger.all());
      List<NodeView> nodes = directory.nodes();
      checkState(directory.locationOf(base), base);
      NodeId target =
          request
              .target()
              .map(t -> Hosts.check(new NodeId(t), base.owner(), nodes))
              .or(() -> preflight.best(base, request.options()))
              .orElseGet(() -> Hosts.choose(base.owner(), nodes));
      checkFree(base, target);
      MigrationRecord first =
          MigrationRecord.first(
              MigrationId.random(),
              base,
              target,
              request.options(),
              History.rates(board, base.id()),
              clock.instant());
      drivers.begin(first, false);
      return view(first);
    }
  }

  static void checkState(Location location, Ownership base) {
    if (!location.ownerPresent()) {
      throw Hosts.lost(base.owner(), "source");
    }
    ContainerState state = location.status().state();
    if (state != ContainerState.RUNNING || base.stage() != Ownership.Stage.HELD) {
      throw refused(
          FailureCode.WRONG_STATE,
          "container '" + base.name() + "' is " + state + "; only a running one can be moved",
          state == ContainerState.PAUSED ? "unpause it first" : "start it first");
    }
  }

  /** What an earlier migration has left on a host must be gone before this one goes there. */
  private void checkFree(Ownership base, NodeId target) {
    var earlier = board.inTheWay(base.id(), base.owner(), target);
    if (earlier.isPresent()) {
      throw refused(
          FailureCode.BUSY,
          "migration "
              + earlier.get().migration().id()
              + " of container '"
              + base.name()
              + "' has not finished cleaning up yet",
          "try again soon; look at 'nereid nodes' when it lasts");
    }
    long running = board.all().stream().filter(MigrationRecord::holdsContainer).count();
    if (running >= AT_ONCE_MAX) {
      throw refused(
          FailureCode.BUSY, running + " migrations are under way", "wait until some have ended");
    }
  }

  /** Gives one up; the reply shows it on its way back. */
  public MigrationView cancel(CancelRequest request) {
    MigrationRecord record = find(request.migration());
    if (record.unfinished() && record.migration().cancelRequested()) {
      return view(record);
    }
    decided(drivers.cancel(record), request.migration());
    return view(find(request.migration()));
  }

  /** Has the source go on as of the freeze; the reply shows it on its way back. */
  public MigrationView takeBack(TakeBackRequest request) {
    Ownership found = Refs.find(request.ref(), ledger.all());
    MigrationRecord record =
        board
            .holding(found.id())
            .orElseThrow(() ->
                refused(
                    FailureCode.WRONG_STATE,
                    "container '" + found.name() + "' is not being moved",
                    "look at 'nereid migrations'"));
    MigrationId id = record.migration().id();
    decided(drivers.takeBack(record), id);
    return view(find(id));
  }

  private static void decided(CompletableFuture<Void> answer, MigrationId id) {
    try {
      answer.get(CANCEL_MS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw new FailureException(FailureException.failureOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new FailureException(
          Failure.unknown(
              FailureCode.TIMEOUT,
              "whether migration " + id + " can be turned round is not known yet",
              "look at it again"),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new FailureException(Failure.unknown(FailureCode.CANCELLED, "interrupted", ""), e);
    }
  }

  /** Shows one; waits for a change when the caller knows its last version. */
  public MigrationView show(MigrationRequest request) {
    long waitMs = Math.clamp(request.waitMs(), 0, Addresses.LONG_POLL_MS);
    return board
        .await(request.migration(), request.knownVersion(), waitMs)
        .map(MigrateHandler::view)
        .orElseThrow(() -> unknown(request.migration()));
  }

  /** Shows the newest. */
  public MigrationList list(MigrationsRequest request) {
    int limit = Math.clamp(request.limit(), 1, LIST_MAX);
    return new MigrationList(
        board.all().stream().limit(limit).map(MigrationRecord::migration).toList());
  }

  private MigrationRecord find(MigrationId id) {
    return board.find(id).orElseThrow(() -> unknown(id));
  }

  private static MigrationView view(MigrationRecord record) {
    return new MigrationView(record.version(), record.migration());
  }

  private static FailureException unknown(MigrationId id) {
    return refused(
        FailureCode.NOT_FOUND, "there is no migration " + id, "only the last 200 are kept");
  }

  private static FailureException refused(FailureCode code, String message, String remedy) {
    return new FailureException(Failure.refused(code, message, remedy));
  }
}
