package io.nereid.nymph;

import io.nereid.config.SnapshotsConfig;
import io.nereid.nymph.bundle.BundleFiles;
import io.nereid.nymph.bundle.BundleTransform;
import io.nereid.nymph.bundle.OverlayMounts;
import io.nereid.nymph.bundle.VolumeMounts;
import io.nereid.nymph.conmon.Conmon;
import io.nereid.nymph.container.Adoption;
import io.nereid.nymph.container.ContainerExecutor;
import io.nereid.nymph.container.ContainerLife;
import io.nereid.nymph.container.ContainerRuntime;
import io.nereid.nymph.container.ContainerService;
import io.nereid.nymph.container.ContainerStore;
import io.nereid.nymph.container.ContainerView;
import io.nereid.nymph.container.Leftovers;
import io.nereid.nymph.epoch.EpochGuard;
import io.nereid.nymph.ipc.ContainerSockets;
import io.nereid.nymph.net.ContainerNetwork;
import io.nereid.nymph.runtime.Cgroups;
import io.nereid.nymph.runtime.LiveState;
import io.nereid.nymph.runtime.Runc;
import io.nereid.nymph.volume.Volumes;
import io.nereid.port.TransferPort;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** The parts that run containers, wired; what serves and moves them is built upon these. */
public record NymphCore(
    HostBasics basics,
    EpochGuard epochs,
    ContainerStore store,
    ContainerExecutor executor,
    Runc runc,
    Conmon conmon,
    Cgroups cgroups,
    BundleFiles bundles,
    ContainerNetwork network,
    Volumes volumes,
    ContainerRuntime runtime,
    ContainerView view,
    ContainerLife life,
    ContainerService service,
    ContainerSockets sockets,
    Adoption adoption) {

  /**
   * Reads what is on disk; touches nothing that runs.
   *
   * @param sockets closed with what is opened here
   * @param transforms what else goes into generated configurations
   */
  public static NymphCore open(
      HostBasics basics,
      ContainerNetwork network,
      TransferPort transfer,
      ContainerSockets sockets,
      List<BundleTransform> transforms,
      Clock clock) {
    return open(basics, network, transfer, sockets, transforms, clock, SnapshotsConfig.DEFAULT);
  }

  /**
   * The same.
   *
   * @param snapshots how containers are protected when nobody says it
   */
  public static NymphCore open(
      HostBasics basics,
      ContainerNetwork network,
      TransferPort transfer,
      ContainerSockets sockets,
      List<BundleTransform> transforms,
      Clock clock,
      SnapshotsConfig snapshots) {
    var paths = basics.paths();
    var epochs = EpochGuard.open(paths.epochs());
    var store = ContainerStore.open(paths);
    var executor = new ContainerExecutor();
    var runc = new Runc(basics.runner(), paths);
    var conmon = new Conmon(basics.runner(), basics.programs(), paths, runc, basics.watch());
    var cgroups = Cgroups.ofThisHost();
    var volumes = Volumes.open(paths, transfer, basics.delete(), basics.runner(), clock);
    List<BundleTransform> all = new ArrayList<>(transforms);
    all.add((id, config) -> VolumeMounts.bind(config, volumes.store()::place));
    var bundles = new BundleFiles(paths, all);
    var runtime =
        new ContainerRuntime(
            new ContainerRuntime.Parts(
                paths,
                basics.journal(),
                runc,
                conmon,
                cgroups,
                new LiveState(paths, cgroups),
                new OverlayMounts(basics.mounts(), paths, basics.journal()),
                bundles,
                network,
                transfer,
                basics.delete(),
                basics.watch(),
                sockets));
    var view = new ContainerView(store, epochs, runtime);
    var life = new ContainerLife(store, runtime, view, volumes.claims(), clock);
    var service =
        new ContainerService(
            store,
            executor,
            epochs,
            life,
            view,
            bundles,
            volumes.claims(),
            transfer,
            sockets,
            clock,
            snapshots);
    var leftovers =
        new Leftovers(
            paths, basics.journal(), store, runc, cgroups, basics.mounts(), basics.delete());
    var adoption =
        new Adoption(store, life, runtime, runc, network, volumes.claims(), leftovers, clock);
    return new NymphCore(
        basics, epochs, store, executor, runc, conmon, cgroups, bundles, network, volumes, runtime,
        view, life, service, sockets, adoption);
  }
}
