package io.nereid.nymph;

import io.nereid.bus.BusClient;
import io.nereid.bus.BusServer;
import io.nereid.domain.id.NodeId;
import io.nereid.nymph.container.Supervisor;
import io.nereid.nymph.volume.VolumeService;
import io.nereid.protocol.address.Address;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.Done;
import io.nereid.protocol.message.RecoveryMessages.Pong;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.List;
import java.util.function.Function;

/**
 * Serves one host's containers on the event bus. Adopts what is there before it serves anything,
 * and leaves everything running when it stops.
 */
public final class NymphVerticle extends VerticleBase {
  private final NodeId node;
  private final Function<BusClient, Nymph> open;
  private BusServer server;
  private Nymph nymph;
  private Reporter reporter;
  private Supervisor supervisor;

  NymphVerticle(NodeId node, Function<BusClient, Nymph> open) {
    this.node = node;
    this.open = open;
  }

  @Override
  public Future<?> start() {
    BusClient client = new BusClient(vertx);
    server = new BusServer(vertx);
    return offLoop("nymph-start", () -> adopt(client)).compose(adopted -> serve());
  }

  private void adopt(BusClient client) {
    nymph = open.apply(client);
    reporter =
        new Reporter(
            () -> {
              supervisor.look();
              nymph.contact().watch();
              return nymph.report();
            },
            report -> {
              client.askAndWait(Addresses.REPORT, report);
              nymph.contact().at(report.at());
            });
    NymphCore core = nymph.core();
    supervisor =
        new Supervisor(
            core.store(),
            core.runtime(),
            core.service(),
            core.basics().paths(),
            core.basics().watch(),
            reporter::changed);
    reporter.start();
    nymph.returning().start(q -> client.askAndWait(Addresses.STANDING, q));
  }

  private Future<?> serve() {
    var service = nymph.core().service();
    var steps = nymph.steps();
    var volumes = new VolumeService(nymph.core().volumes().store(), nymph.core().epochs());
    return Future.all(
        List.of(
            changing(Addresses.CREATE, service::create),
            changing(Addresses.NYMPH_COMMAND, service::command),
            changing(Addresses.STEP, steps::step),
            changing(Addresses.SNAPSHOT, nymph.snapshots()::perform),
            reading(
                Addresses.PING,
                q -> {
                  nymph.contact().at(nymph.clock().instant());
                  return new Pong(node);
                }),
            reading(Addresses.HELD, nymph.snapshots()::held),
            changing(Addresses.MAKE_VOLUME, volumes::make),
            changing(Addresses.DROP_VOLUME, volumes::drop),
            reading(Addresses.MEASURE_VOLUME, volumes::measure),
            reading(Addresses.HELD_VOLUMES, volumes::held),
            reading(Addresses.EPOCH, nymph.snapshots()::epoch),
            reading(Addresses.ANNOUNCE, steps::announce),
            reading(Addresses.SOURCE_FACTS, steps::sourceFacts),
            reading(Addresses.TARGET_FACTS, steps::targetFacts),
            reading(Addresses.INSPECT, q -> nymph.inspector().inspect(q.id())),
            reading(Addresses.LOGS, nymph.logs()::read),
            reading(Addresses.EXEC, nymph.execs()::start),
            reading(Addresses.EXEC_IO, nymph.execs()::exchange),
            reading(
                Addresses.EXEC_KILL,
                q -> {
                  nymph.execs().kill(q.exec());
                  return new Done();
                }),
            reading(Addresses.NYMPH_REPORT, q -> nymph.report())));
  }

  private <Q, R> Future<Void> reading(Address<Q, R> address, Function<Q, R> handler) {
    return server.serveBlocking(address.at(node), handler);
  }

  private <Q, R> Future<Void> changing(Address<Q, R> address, Function<Q, R> handler) {
    return reading(
        address,
        q -> {
          try {
            return handler.apply(q);
          } finally {
            reporter.changed();
          }
        });
  }

  @Override
  public Future<?> stop() {
    if (server == null) {
      return Future.succeededFuture();
    }
    return server.close().eventually(() -> offLoop("nymph-stop", this::close));
  }

  private void close() {
    if (reporter != null) {
      reporter.close();
      supervisor.close();
    }
    if (nymph != null) {
      nymph.close();
    }
  }

  private static Future<Void> offLoop(String name, Runnable work) {
    Promise<Void> done = Promise.promise();
    Thread.ofVirtual()
        .name(name)
        .start(() -> {
          try {
            work.run();
            done.complete();
          } catch (RuntimeException | Error e) {
            done.fail(e);
          }
        });
    return done.future();
  }
}
