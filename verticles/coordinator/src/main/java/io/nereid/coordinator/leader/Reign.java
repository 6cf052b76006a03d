package io.nereid.coordinator.leader;

import io.nereid.bus.BusClient;
import io.nereid.bus.BusServer;
import io.nereid.coordinator.container.AddressPool;
import io.nereid.coordinator.container.CommandHandler;
import io.nereid.coordinator.container.DiffHandler;
import io.nereid.coordinator.container.MigrateHandler;
import io.nereid.coordinator.container.NymphSnapshots;
import io.nereid.coordinator.container.Nymphs;
import io.nereid.coordinator.container.PreflightHandler;
import io.nereid.coordinator.container.RestoreHandler;
import io.nereid.coordinator.container.RewindHandler;
import io.nereid.coordinator.container.RunHandler;
import io.nereid.coordinator.container.SnapshotHandler;
import io.nereid.coordinator.container.SnapshotTaker;
import io.nereid.coordinator.container.VolumeHandler;
import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.directory.Operations;
import io.nereid.coordinator.directory.Protections;
import io.nereid.coordinator.directory.Reconciler;
import io.nereid.coordinator.directory.Refs;
import io.nereid.coordinator.driver.DriverPorts;
import io.nereid.coordinator.driver.Drivers;
import io.nereid.coordinator.driver.MigrationBoard;
import io.nereid.coordinator.driver.MigrationListener;
import io.nereid.coordinator.driver.Turns;
import io.nereid.coordinator.migration.MigrationRecord;
import io.nereid.coordinator.recovery.Recoveries;
import io.nereid.coordinator.recovery.RecoveryPorts;
import io.nereid.coordinator.recovery.Signs;
import io.nereid.coordinator.recovery.StaleCopies;
import io.nereid.coordinator.replication.Replicator;
import io.nereid.coordinator.schedule.Pruner;
import io.nereid.coordinator.schedule.Scheduler;
import io.nereid.coordinator.snapshot.Jobs;
import io.nereid.coordinator.snapshot.SnapshotDirectory;
import io.nereid.coordinator.volume.VolumeDirectory;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.container.Location;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.Term;
import io.nereid.domain.migration.Phase;
import io.nereid.domain.node.NodeReport;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.ContainerList;
import io.nereid.protocol.message.CoordinatorMessages.LayerHolders;
import io.nereid.protocol.message.CoordinatorMessages.ListRequest;
import io.nereid.protocol.message.CoordinatorMessages.NodeList;
import io.nereid.protocol.message.CoordinatorMessages.ReportAck;
import io.nereid.protocol.message.JobMessages.SnapshotList;
import io.nereid.protocol.message.NymphMessages.ReportRequest;
import io.nereid.protocol.message.VolumeMessages.VolumeList;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One leadership: its drivers, its view, its registrations on the bus. Begun and ended on virtual
 * threads.
 */
final class Reign {
  private static final Logger LOG = LoggerFactory.getLogger(Reign.class);
  private static final long REGISTER_MS = 10_000;

  private final Term term;
  private final LeaderPorts ports;
  private final BusClient bus;
  private final BusServer server;
  private final MigrationBoard board = new MigrationBoard();
  private final Protections protections = new Protections();
  private final Signs signs;
  private final Recoveries recoveries;
  private final Replicator replicator;
  private final Directory directory;
  private final Drivers drivers;
  private final Reconciler reconciler;
  private final RunHandler run;
  private final CommandHandler commands;
  private final MigrateHandler migrate;
  private final PreflightHandler preflight;
  private final Jobs jobs = new Jobs();
  private final SnapshotDirectory snapshotDirectory;
  private final SnapshotHandler snapshots;
  private final RestoreHandler restore;
  private final Turns turns = new Turns();
  private final RewindHandler rewind;
  private final DiffHandler diff;
  private final Pruner pruner;
  private final Scheduler scheduler;
  private final VolumeDirectory volumeDirectory;
  private final VolumeHandler volumes;

  /** One after another, and off the driver's way: a container may be frozen meanwhile. */
  private final ExecutorService teller =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().name("teller").factory());

  Reign(Term term, LeaderPorts ports, Runnable staleTerm) {
    this.term = term;
    this.ports = ports;
    bus = new BusClient(ports.vertx());
    server = new BusServer(ports.vertx());
    directory =
        new Directory(
            ports.ledger(),
            ports.locations(),
            ports.membership(),
            board,
            protections,
            bus,
            ports.clock());
    drivers =
        new Drivers(
            new DriverPorts(
                term,
                bus,
                ports.ledger(),
                ports.migrations(),
                ports.membership(),
                turns,
                new Watcher(),
                staleTerm,
                ports.clock(),
                ports.faults()),
            board);
    Operations operations = new Operations(board);
    Nymphs nymphs = new Nymphs(bus, ports.membership(), term, staleTerm);
    reconciler =
        new Reconciler(
            ports.ledger(),
            directory,
            operations,
            drivers,
            board,
            new StaleCopies(nymphs)::remove,
            ports.clock());
    AddressPool addresses = new AddressPool(ports.network());
    volumeDirectory = new VolumeDirectory(ports.volumes(), ports.membership(), bus);
    volumes = new VolumeHandler(directory, nymphs, volumeDirectory);
    run =
        new RunHandler(
            ports.ledger(), directory, operations, reconciler, nymphs, addresses, volumes);
    snapshotDirectory =
        new SnapshotDirectory(ports.snapshots(), ports.layers(), ports.membership(), bus);
    NymphSnapshots nymphSnapshots = new NymphSnapshots(nymphs);
    SnapshotTaker taker = new SnapshotTaker(directory, nymphSnapshots, snapshotDirectory, turns);
    diff = new DiffHandler(nymphSnapshots, snapshotDirectory);
    rewind =
        new RewindHandler(
            ports.ledger(), directory, operations, nymphSnapshots, snapshotDirectory, taker, jobs);
    pruner =
        new Pruner(
            ports.ledger(), directory, snapshotDirectory, nymphSnapshots, jobs, ports.clock());
    scheduler =
        new Scheduler(
            ports.ledger(),
            directory,
            operations,
            snapshotDirectory,
            taker,
            pruner,
            ports.budget(),
            ports.clock());
    snapshots =
        new SnapshotHandler(
            ports.ledger(), directory, operations, nymphSnapshots, snapshotDirectory, jobs, taker);
    restore =
        new RestoreHandler(
            ports.ledger(),
            directory,
            operations,
            reconciler,
            nymphs,
            addresses,
            snapshotDirectory,
            volumes,
            jobs);
    commands = new CommandHandler(ports.ledger(), directory, operations, reconciler, nymphs);
    signs = new Signs(ports.membership(), ports.recovery(), ports.clock());
    replicator =
        new Replicator(
            ports.ledger(),
            directory,
            snapshotDirectory,
            new NymphSnapshots(nymphs),
            ports.replicas());
    recoveries = new Recoveries(recoveryPorts(operations, nymphs), replicator::look);
    preflight = new PreflightHandler(ports.ledger(), directory, board, nymphs);
    migrate =
        new MigrateHandler(
            ports.ledger(), directory, operations, drivers, board, preflight, ports.clock());
  }

  private RecoveryPorts recoveryPorts(Operations operations, Nymphs nymphs) {
    return new RecoveryPorts(
        term,
        ports.recovery(),
        ports.majority(),
        bus,
        ports.ledger(),
        ports.recoveries(),
        ports.departures(),
        snapshotDirectory,
        directory,
        protections,
        operations,
        reconciler,
        board,
        nymphs,
        signs,
        ports.faults(),
        ports.clock());
  }

  Term term() {
    return term;
  }

  /**
   * Takes over: unfinished migrations first, because a container may be frozen. Throws a {@link
   * FailureException} when the cluster's maps cannot be reached.
   */
  void begin() {
    directory.load();
    drivers.resumeAll();
    recoveries.resume();
    List<Future<Void>> registrations = new ArrayList<>();
    registrations.add(server.serveBlocking(Addresses.RUN, run::run));
    registrations.add(server.serveBlocking(Addresses.COMMAND, commands::command));
    registrations.add(server.serveBlocking(Addresses.LOCATE, q -> locate(q.ref())));
    registrations.add(server.serveBlocking(Addresses.LIST, this::list));
    registrations.add(server.serveBlocking(Addresses.NODES, q -> new NodeList(directory.nodes())));
    registrations.add(server.serveBlocking(Addresses.MIGRATE, migrate::migrate));
    registrations.add(server.serveBlocking(Addresses.PREFLIGHT, preflight::report));
    registrations.add(server.serveBlocking(Addresses.CANCEL, migrate::cancel));
    registrations.add(server.serveBlocking(Addresses.TAKE_BACK, migrate::takeBack));
    registrations.add(server.serveBlocking(Addresses.MIGRATION, migrate::show));
    registrations.add(server.serveBlocking(Addresses.MIGRATIONS, migrate::list));
    registrations.add(server.serveBlocking(Addresses.CHECKPOINT, snapshots::checkpoint));
    registrations.add(server.serveBlocking(Addresses.RESTORE, restore::restore));
    registrations.add(server.serveBlocking(Addresses.EXPORT, snapshots::export));
    registrations.add(server.serveBlocking(Addresses.IMPORT, snapshots::importArchive));
    registrations.add(server.serveBlocking(Addresses.REPLICATE, snapshots::replicate));
    registrations.add(
        server.serveBlocking(
            Addresses.SNAPSHOTS, q -> new SnapshotList(snapshotDirectory.list(q.all()))));
    registrations.add(
        server.serveBlocking(Addresses.FIND_SNAPSHOT, q -> snapshotDirectory.find(q.ref())));
    registrations.add(server.serveBlocking(Addresses.REMOVE_SNAPSHOT, snapshots::remove));
    registrations.add(
        server.serveBlocking(
            Addresses.LAYER,
            q -> new LayerHolders(q.digest(), snapshotDirectory.holdersOfLayer(q.digest()))));
    registrations.add(server.serveBlocking(Addresses.DIFF, diff::diff));
    registrations.add(server.serveBlocking(Addresses.REWIND, rewind::rewind));
    registrations.add(server.serveBlocking(Addresses.PRUNE, pruner::prune));
    registrations.add(server.serveBlocking(Addresses.SCHEDULE, scheduler::show));
    registrations.add(server.serveBlocking(Addresses.VERIFY, snapshots::verify));
    registrations.add(server.serveBlocking(Addresses.JOB, jobs::show));
    registrations.add(server.serveBlocking(Addresses.STANDING, recoveries::standing));
    registrations.add(server.serveBlocking(Addresses.RECOVER, recoveries::recover));
    registrations.add(server.serveBlocking(Addresses.RECOVERIES, q -> recoveries.list()));
    registrations.add(server.serveBlocking(Addresses.CREATE_VOLUME, volumes::create));
    registrations.add(server.serveBlocking(Addresses.REMOVE_VOLUME, volumes::remove));
    registrations.add(
        server.serveBlocking(Addresses.VOLUMES, q -> new VolumeList(volumeDirectory.list())));
    registrations.add(
        server.serveBlocking(
            Addresses.FIND_VOLUME, q -> new VolumeList(volumeDirectory.find(q.name()))));
    registrations.add(server.serveBlocking(Addresses.REPORT, this::report));
    askForReports();
    recoveries.start();
    waitFor(Future.all(registrations));
    scheduler.start();
  }

  /** A host that is slow to answer reports by itself within a second. */
  private void askForReports() {
    for (NodeId node : ports.membership().present()) {
      bus.ask(Addresses.NYMPH_REPORT.at(node), new ReportRequest())
          .onSuccess(report -> Thread.startVirtualThread(() -> acceptQuietly(report)));
    }
  }

  private void acceptQuietly(NodeReport report) {
    try {
      reconciler.accept(report);
    } catch (FailureException e) {
      LOG.info("a report of host '{}' was not taken in: {}", report.node().id(), e.getMessage());
    }
  }

  private ReportAck report(NodeReport report) {
    signs.heard(report.node().id());
    reconciler.accept(report);
    snapshotDirectory.reported(report.node().id(), report.snapshots());
    volumeDirectory.reported(report.node().id(), report.volumes());
    return new ReportAck(term);
  }

  private Location locate(String ref) {
    return directory.locationOf(Refs.find(ref, ports.ledger().all()));
  }

  private ContainerList list(ListRequest request) {
    return new ContainerList(
        directory.list().stream().filter(l -> request.all() || isUp(l)).toList());
  }

  private static boolean isUp(Location location) {
    ContainerState state = location.status().state();
    return state != ContainerState.STOPPED && state != ContainerState.CREATED;
  }

  /** Tells the migrations; never blocks. */
  void nodeChanged(NodeId node, boolean present) {
    drivers.nodeChanged(node, present);
  }

  /** Shows everyone that a host has come or gone. */
  void showNode(NodeId node, boolean present) {
    try {
      directory.nodeChanged(node, present);
    } catch (RuntimeException e) {
      LOG.info("the change of host '{}' is shown later: {}", node, e.getMessage());
    }
  }

  /** Ends it. What is under way stays written down for the next leader. Never fails. */
  void end() {
    scheduler.stop();
    drivers.stop();
    recoveries.stop();
    replicator.stop();
    teller.shutdown();
    try {
      waitFor(server.close());
    } catch (RuntimeException e) {
      LOG.info("the registrations go with the member: {}", e.getMessage());
    }
  }

  private static void waitFor(Future<?> future) {
    try {
      future.await(REGISTER_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("the event bus took longer than {} ms", REGISTER_MS);
    }
  }

  /** Shows migrations and the places of their containers. */
  private final class Watcher implements MigrationListener {
    private final Map<MigrationId, Phase> phases = new ConcurrentHashMap<>();

    @Override
    public void changed(MigrationRecord record) {
      board.show(record);
      try {
        teller.execute(() -> tell(record));
      } catch (RejectedExecutionException ended) {
        LOG.debug("{} is shown by the next leader", record);
      }
    }

    private void tell(MigrationRecord record) {
      Phase before = phases.put(record.migration().id(), record.phase());
      try {
        directory.migrationChanged(record, before != record.phase());
      } catch (FailureException e) {
        LOG.info("{} is shown later: {}", record, e.getMessage());
      }
      if (!record.unfinished()) {
        phases.remove(record.migration().id());
      }
    }

    @Override
    public void arrived(NodeId node, ContainerStatus status) {
      directory.accept(node, status);
    }
  }
}
