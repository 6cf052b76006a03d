package io.nereid.transfer;

import io.nereid.config.TransferConfig;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.migration.Progress;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.linux.MountSafe;
import io.nereid.linux.Niceness;
import io.nereid.port.Loan;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.ReceivedSet;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.SnapshotPort;
import io.nereid.port.TransferPort;
import io.nereid.port.TransferTicket;
import io.nereid.transfer.lend.Loans;
import io.nereid.transfer.pull.PullPool;
import io.nereid.transfer.pull.SnapshotFetch;
import io.nereid.transfer.receive.ReceiveContext;
import io.nereid.transfer.receive.Receiver;
import io.nereid.transfer.receive.Sessions;
import io.nereid.transfer.send.ControlClients;
import io.nereid.transfer.send.Greeted;
import io.nereid.transfer.send.Route;
import io.nereid.transfer.send.SendContext;
import io.nereid.transfer.send.Sends;
import io.nereid.transfer.send.Throttle;
import io.nereid.transfer.snapshot.SnapshotStore;
import io.nereid.transfer.snapshot.StartedSnapshots;
import io.nereid.transfer.socket.FrameBuffers;
import io.nereid.transfer.ssh.SshRoute;
import io.nereid.transfer.store.KnownManifests;
import io.nereid.transfer.store.LayerStore;
import io.nereid.transfer.store.PrivateDirs;
import io.nereid.transfer.store.RetainedStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All of transfer on one host. Made before Vert.x, so that others can be given it as their {@link
 * TransferPort}; usable between {@link #start} and {@link #stop}. Thread-safe.
 */
public final class TransferService implements TransferPort {
  /** More threads for digests than this bring nothing but memory for their buffers. */
  private static final int HASH_THREADS_MAX = 16;

  /** For answers of hosts that are asked for content: a megabyte each. */
  private static final int PULL_BUFFERS = 12;

  private final TransferConfig config;
  private final String host;
  private final Path dataDir;
  private volatile Parts parts;

  private record Parts(
      LayerStore layers,
      SnapshotStore snapshots,
      RetainedStore retained,
      Sessions sessions,
      Sends sends,
      Receiver receiver,
      Loans loans,
      SnapshotFetch fetch,
      ControlClients clients,
      Route route,
      ExecutorService pool,
      ExecutorService civil) {}

  /**
   * Describes the service; touches nothing yet.
   *
   * @param host address on which it listens and at which other hosts reach it
   * @param dataDir the host's data directory; {@code transfer/} and {@code layers/} below belong to
   *     this service
   */
  public TransferService(TransferConfig config, String host, Path dataDir) {
    this.config = config;
    this.host = host;
    this.dataDir = dataDir;
  }

  /** Opens the store and listens. Fails when a directory cannot be used or a port is taken. */
  public Future<Void> start(Vertx vertx) {
    return vertx
        .executeBlocking(() -> open(vertx))
        .compose(opened -> {
          parts = opened;
          return opened.receiver.start(host, config.controlPort(), config.port());
        });
  }

  /** Cancels what is under way and closes everything. */
  public Future<Void> stop(Vertx vertx) {
    Parts closing = parts;
    if (closing == null) {
      return Future.succeededFuture();
    }
    closing.sends.cancelAll();
    return closing
        .receiver
        .stop()
        .eventually(() ->
            vertx.executeBlocking(() -> {
              closing.clients.close();
              closing.route.close();
              closing.sessions.closeAll();
              closing.loans.closeAll();
              closing.pool.shutdown();
              closing.civil.shutdown();
              return null;
            }));
  }

  private Parts open(Vertx vertx) throws IOException {
    int threads = Math.clamp(config.hashThreads(), 1, HASH_THREADS_MAX);
    ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().name("transfer-hash-", 0).daemon().factory());
    ExecutorService civil =
        Executors.newFixedThreadPool(threads, Niceness.threads("transfer-civil-", config.nice()));
    Path dir = PrivateDirs.make(dataDir.resolve("transfer"));
    Path knownDir = empty(dir.resolve("known"));
    Path scratch = empty(sending());
    LayerStore layers = new LayerStore(dataDir.resolve("layers"), pool, threads);
    SnapshotStore snapshots = new SnapshotStore(dataDir.resolve("snapshots"), pool, threads);
    KnownManifests known = new KnownManifests(knownDir);
    RetainedStore retained = new RetainedStore(dir.resolve("retained"), known, pool, threads);
    FrameBuffers pulled = new FrameBuffers(PULL_BUFFERS);
    Supplier<PullPool> pulls = () -> new PullPool(vertx, pulled, civil);
    ReceiveContext receive = new ReceiveContext(layers, snapshots, retained, known, pool, pulls);
    Sessions sessions = new Sessions(dir.resolve("sessions"), receive);
    ControlClients clients = new ControlClients(vertx);
    Route route = config.ssh().<Route>map(ssh -> new SshRoute(ssh, host)).orElse(Route.DIRECT);
    SendContext send =
        new SendContext(
            vertx,
            route,
            clients,
            new Greeted(),
            pool,
            civil,
            threads,
            scratch,
            layers,
            known,
            new Throttle(config.bandwidthBytesPerSecond()),
            new Throttle(config.finalBandwidthBytesPerSecond()),
            config.retryMs());
    Loans loans = new Loans(snapshots, layers, dataDir);
    return new Parts(
        layers,
        snapshots,
        retained,
        sessions,
        new Sends(send),
        new Receiver(vertx, sessions, receive, threads, loans, send.throttle()::take),
        loans,
        new SnapshotFetch(snapshots, layers, dataDir, pulls),
        clients,
        route,
        pool,
        civil);
  }

  /**
   * Goes through what a migration needs once, with sets of its own; blocks for a second or two. For
   * a daemon that has just started.
   */
  public void rehearse() {
    started();
    new Rehearsal(this, sending()).run();
  }

  private Path sending() {
    return dataDir.resolve("transfer").resolve("sending");
  }

  private static Path empty(Path dir) throws IOException {
    MountSafe.delete(dir);
    return PrivateDirs.make(dir);
  }

  private Parts started() {
    Parts now = parts;
    if (now == null) {
      throw new IllegalStateException("transfer has not been started");
    }
    return now;
  }

  /** This host's snapshots; usable when the service is. */
  public SnapshotPort snapshots() {
    return new StartedSnapshots(() -> started().snapshots);
  }

  @Override
  public TransferTicket open(ReceiveRequest request) {
    Parts now = started();
    String token = now.sessions.open(request);
    return new TransferTicket(host, now.receiver.controlPort(), now.receiver.dataPort(), token);
  }

  @Override
  public SendReport send(SendRequest request, Consumer<Progress> progress) {
    return started().sends.send(request, progress);
  }

  @Override
  public void cancel(MigrationId migration) {
    started().sends.cancel(migration);
  }

  @Override
  public ReceivedSet received(MigrationId migration, SetLabel label) {
    return started().sessions.received(migration, label);
  }

  @Override
  public List<ReceivedSet> rounds(MigrationId migration) {
    return started().sessions.rounds(migration);
  }

  @Override
  public void close(MigrationId migration) {
    started().sessions.close(migration);
  }

  @Override
  public void retain(ContainerId container, Path images) {
    started().retained.retain(container, images);
  }

  @Override
  public void forget(ContainerId container) {
    started().retained.forget(container);
  }

  @Override
  public Loan lend(NodeId self, List<SnapshotId> snapshots, List<String> layers) {
    Parts now = started();
    Loans.Lent lent = now.loans.lend(snapshots, layers);
    TransferTicket ticket =
        new TransferTicket(host, now.receiver.controlPort(), now.receiver.dataPort(), lent.token());
    return new Loan(self, ticket, lent.items());
  }

  @Override
  public void help(MigrationId migration, List<Loan> loans) {
    started().sessions.help(migration, loans);
  }

  @Override
  public Map<NodeId, Long> helped(MigrationId migration) {
    return started().sessions.helped(migration);
  }

  @Override
  public Snapshot fetch(Snapshot snapshot, List<Loan> loans, Consumer<Progress> progress) {
    return started().fetch.fetch(snapshot, loans, progress);
  }

  @Override
  public String importLayer(Path rootfs) {
    return started().layers.importLayer(rootfs);
  }

  @Override
  public Path layer(String digest) {
    return started().layers.rootfs(digest);
  }

  @Override
  public List<String> layers() {
    try {
      return started().layers.list().stream().sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list the layers", e);
    }
  }

  @Override
  public long layerBytes(String digest) {
    return started().layers.bytes(digest);
  }
}
