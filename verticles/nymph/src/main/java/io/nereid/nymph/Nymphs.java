package io.nereid.nymph;

import io.nereid.bus.BusClient;
import io.nereid.config.NereidConfig;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.NodeId;
import io.nereid.fault.FaultPoints;
import io.nereid.nymph.criu.Checkpointer;
import io.nereid.nymph.criu.CriuSetting;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.ipc.ContainerSockets;
import io.nereid.nymph.move.AheadEffort;
import io.nereid.nymph.move.MoveParts;
import io.nereid.nymph.move.MoveSteps;
import io.nereid.nymph.net.BridgeNetwork;
import io.nereid.nymph.pages.LazyPages;
import io.nereid.nymph.probe.HostProbe;
import io.nereid.nymph.probe.NodeProbe;
import io.nereid.nymph.probe.SystemHostProbe;
import io.nereid.nymph.snapshot.Neighbourhood;
import io.nereid.nymph.snapshot.SnapshotParts;
import io.nereid.nymph.snapshot.SnapshotService;
import io.nereid.nymph.standing.Contact;
import io.nereid.nymph.standing.Returning;
import io.nereid.nymph.track.Trackers;
import io.nereid.port.SnapshotPort;
import io.nereid.port.TransferPort;
import io.nereid.process.ProgramEnvironment;
import io.nereid.protocol.address.Addresses;
import io.nereid.protocol.message.CoordinatorMessages.LocateRequest;
import io.nereid.protocol.message.JobMessages.SnapshotsRequest;
import io.nereid.protocol.message.NymphMessages.AnnounceRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts a nymph together from the configuration. */
public final class Nymphs {
  private static final Logger LOG = LoggerFactory.getLogger(Nymphs.class);

  /**
   * What comes from outside of the nymph.
   *
   * @param transfer of the same process
   * @param snapshots of the same process
   * @param programs where external programs are found
   * @param version of Nereid
   */
  public record Surroundings(
      NereidConfig config,
      TransferPort transfer,
      SnapshotPort snapshots,
      ProgramEnvironment programs,
      String version,
      FaultPoints faults) {}

  private Nymphs() {}

  /** The verticle; everything is opened when it is deployed. */
  public static NymphVerticle verticle(Surroundings around) {
    return new NymphVerticle(around.config().node().name(), bus -> open(around, bus));
  }

  private static Optional<NodeId> owner(BusClient bus, ContainerId id) {
    try {
      return Optional.of(bus.askAndWait(Addresses.LOCATE, new LocateRequest(id.value())).owner());
    } catch (FailureException e) {
      if (e.failure().code() == FailureCode.NOT_FOUND) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Nymph open(Surroundings around, BusClient bus) {
    HostBasics basics = HostBasics.open(HostPaths.of(around.config()), around.programs());
    try {
      return open(around, bus, basics);
    } catch (RuntimeException e) {
      basics.close();
      throw e;
    }
  }

  private static Nymph open(Surroundings around, BusClient bus, HostBasics basics) {
    NereidConfig config = around.config();
    Clock clock = Clock.systemUTC();
    HostPaths paths = basics.paths();
    HostProbe probe = new SystemHostProbe(basics.runner());
    // It takes seconds, and the first report needs it.
    Thread.ofVirtual().name("probe").start(probe::capabilities);
    var network =
        new BridgeNetwork(
            basics.runner(), basics.runner(), paths, basics.journal(), config.network());
    var sockets = new ContainerSockets(paths, config.ipc(), bus::askAndWait);
    NymphCore core =
        NymphCore.open(
            basics, network, around.transfer(), sockets, List.of(), clock, config.snapshots());
    Contact contact =
        Contact.open(paths.data().resolve("contact"), clock, config.recovery().pingTimeout());
    Returning returning =
        new Returning(
            config.node().name(),
            core.store(),
            core.runtime(),
            core.executor(),
            core.epochs(),
            contact,
            paths.data().resolve("returned"));
    returning.begin();
    var setting = CriuSetting.prepare(paths, basics.runner(), around.programs());
    var checkpointer =
        new Checkpointer(
            basics.runner(),
            core.runc(),
            setting,
            basics.watch(),
            Duration.ofMillis(config.criu().deadlineMs()));
    MoveParts parts =
        new MoveParts(
            core,
            around.transfer(),
            checkpointer,
            new LazyPages(basics.runner(), basics.watch(), setting.wrapper()),
            config.criu(),
            AheadEffort.of(config.move(), config.transfer()),
            new Trackers(basics.runner()),
            probe,
            (node, request) -> announce(bus, node, request),
            around.faults(),
            clock,
            new Neighbourhood(
                config.node().name(),
                () -> bus.askAndWait(Addresses.SNAPSHOTS, new SnapshotsRequest(false)).snapshots(),
                (node, request) -> bus.askAndWait(Addresses.SNAPSHOT.at(node), request)));
    MoveSteps steps = new MoveSteps(parts);
    SnapshotService snapshots =
        new SnapshotService(
            new SnapshotParts(
                parts,
                steps,
                around.snapshots(),
                (node, request) -> bus.askAndWait(Addresses.SNAPSHOT.at(node), request),
                id -> owner(bus, id)));
    core.adoption().run(steps.reserved());
    snapshots.resume();
    // What was frozen for a snapshot has just been thawed.
    returning.begin();
    steps.resume();
    NodeProbe node =
        new NodeProbe(
            config.node().name(),
            config.cluster().host(),
            around.version(),
            config.node().labels(),
            paths.data(),
            clock.instant(),
            probe);
    return Nymph.of(core, steps, snapshots, contact, returning, node::look, clock);
  }

  private static void announce(BusClient bus, NodeId node, AnnounceRequest request) {
    bus.ask(Addresses.ANNOUNCE.at(node), request)
        .onFailure(e -> LOG.debug("host {} was not told to announce: {}", node, e.getMessage()));
  }
}
