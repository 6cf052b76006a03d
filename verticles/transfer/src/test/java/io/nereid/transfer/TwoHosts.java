package io.nereid.transfer;

import io.nereid.config.TransferConfig;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.Epoch;
import io.nereid.domain.id.Fence;
import io.nereid.domain.id.MigrationId;
import io.nereid.domain.id.Term;
import io.nereid.domain.migration.Progress;
import io.nereid.linux.MountSafe;
import io.nereid.port.ReceiveRequest;
import io.nereid.port.SendReport;
import io.nereid.port.SendRequest;
import io.nereid.port.SetLabel;
import io.nereid.port.TransferTicket;
import io.nereid.port.Tree;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/** Two hosts in one process, each with its own data directory, and a migration between them. */
final class TwoHosts implements AutoCloseable {
  static final long PLENTY = 1L << 40;

  final Vertx vertx = Vertx.vertx();
  final Path dir;
  final TransferService source;
  final TransferService target;
  final List<Progress> progress = new CopyOnWriteArrayList<>();
  ContainerId container = ContainerId.random();
  MigrationId migration = MigrationId.random();

  TwoHosts() throws Exception {
    this(5_000);
  }

  TwoHosts(long retryMs) throws Exception {
    this(retryMs, null);
  }

  TwoHosts(long retryMs, Path targetData) throws Exception {
    dir = Files.createTempDirectory("nereid-transfer-test");
    TransferConfig config = new TransferConfig(0, 0, 2, retryMs);
    source = new TransferService(config, "127.0.0.1", Files.createDirectory(dir.resolve("a")));
    Path b = targetData == null ? Files.createDirectory(dir.resolve("b")) : targetData;
    target = new TransferService(config, "127.0.0.1", b);
    start();
  }

  /** With a source of its own kind and at its own address. */
  TwoHosts(TransferConfig sending, String from, Path targetData) throws Exception {
    dir = Files.createTempDirectory("nereid-transfer-test");
    source = new TransferService(sending, from, Files.createDirectory(dir.resolve("a")));
    Path b = targetData == null ? Files.createDirectory(dir.resolve("b")) : targetData;
    target = new TransferService(new TransferConfig(0, 0, 2, 1_000), "127.0.0.1", b);
    start();
  }

  private void start() throws Exception {
    source.start(vertx).await(10, TimeUnit.SECONDS);
    target.start(vertx).await(10, TimeUnit.SECONDS);
  }

  TransferTicket open() {
    return open(PLENTY);
  }

  TransferTicket open(long bytesMax) {
    Fence fence = new Fence(new Term(1), new Epoch(1));
    return target.open(new ReceiveRequest(migration, container, fence, bytesMax));
  }

  SendReport send(SetLabel label, Tree... trees) {
    return send(open(), label, List.of(trees), List.of());
  }

  SendReport send(TransferTicket ticket, SetLabel label, List<Tree> trees, List<String> layers) {
    return source.send(
        new SendRequest(migration, container, ticket, label, trees, layers, 0), progress::add);
  }

  /** Starts another migration of the same container. */
  void nextMigration() {
    target.close(migration);
    migration = MigrationId.random();
  }

  Path directory(String name) throws IOException {
    return Files.createDirectories(dir.resolve(name));
  }

  @Override
  public void close() throws Exception {
    source.stop(vertx).await(10, TimeUnit.SECONDS);
    target.stop(vertx).await(10, TimeUnit.SECONDS);
    vertx.close().await(10, TimeUnit.SECONDS);
    MountSafe.delete(dir);
  }
}
