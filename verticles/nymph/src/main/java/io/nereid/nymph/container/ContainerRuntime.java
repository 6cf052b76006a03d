package io.nereid.nymph.container;

import io.nereid.domain.container.NetworkMode;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.bundle.BundleFiles;
import io.nereid.nymph.bundle.OverlayMounts;
import io.nereid.nymph.conmon.Conmon;
import io.nereid.nymph.conmon.ConmonRequest;
import io.nereid.nymph.fs.DirectoryWatch;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.nymph.fs.SafeDelete;
import io.nereid.nymph.ipc.ContainerSockets;
import io.nereid.nymph.journal.Resource;
import io.nereid.nymph.journal.ResourceJournal;
import io.nereid.nymph.net.ContainerNetwork;
import io.nereid.nymph.runtime.Cgroups;
import io.nereid.nymph.runtime.LiveState;
import io.nereid.nymph.runtime.Runc;
import io.nereid.port.TransferPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Everything that a container needs on this host while it runs, made and removed as a whole.
 * Callers hold the container in {@link ContainerExecutor}. Blocks.
 */
public final class ContainerRuntime {
  private static final Duration CONMON_END_LIMIT = Duration.ofSeconds(5);
  private static final Duration FREEZE_LIMIT = Duration.ofMillis(500);
  private final HostPaths paths;
  private final ResourceJournal journal;
  private final Runc runc;
  private final Conmon conmon;
  private final Cgroups cgroups;
  private final LiveState live;
  private final OverlayMounts overlays;
  private final BundleFiles bundles;
  private final ContainerNetwork network;
  private final TransferPort transfer;
  private final SafeDelete delete;
  private final DirectoryWatch watch;
  private final ContainerSockets sockets;

  /** The parts, wired once per host. */
  public record Parts(
      HostPaths paths,
      ResourceJournal journal,
      Runc runc,
      Conmon conmon,
      Cgroups cgroups,
      LiveState live,
      OverlayMounts overlays,
      BundleFiles bundles,
      ContainerNetwork network,
      TransferPort transfer,
      SafeDelete delete,
      DirectoryWatch watch,
      ContainerSockets sockets) {}

  public ContainerRuntime(Parts parts) {
    this.paths = parts.paths();
    this.journal = parts.journal();
    this.runc = parts.runc();
    this.conmon = parts.conmon();
    this.cgroups = parts.cgroups();
    this.live = parts.live();
    this.overlays = parts.overlays();
    this.bundles = parts.bundles();
    this.network = parts.network();
    this.transfer = parts.transfer();
    this.delete = parts.delete();
    this.watch = parts.watch();
    this.sockets = parts.sockets();
  }

  /** Makes everything and lets the container begin. When it fails, nothing of it is left. */
  public void start(ContainerRecord record) {
    ContainerId id = record.id();
    try (Undo undo = new Undo()) {
      undo.push(() -> takeDown(record));
      prepare(record, false);
      conmon.bringUp(ConmonRequest.create(id, paths.container(id), record.terminal()));
      runc.start(id);
      undo.commit();
    }
  }

  /**
   * Makes root file system, network and configuration, up to the point where the runtime can create
   * or restore the container.
   *
   * @param parked its network lets nothing through until it is unparked
   */
  public void prepare(ContainerRecord record, boolean parked) {
    ContainerId id = record.id();
    journal.record(id, new Resource.RuntimeContainer(id.value()));
    journal.record(id, new Resource.Cgroup(paths.cgroup(id)));
    overlays.mount(id, transfer.layer(record.layer()));
    Optional<Path> namespace = Optional.empty();
    if (record.network().mode() != NetworkMode.HOST) {
      namespace = Optional.of(network.create(id, record.network(), parked));
    }
    bundles.generate(
        id,
        record.name(),
        record.bundle(),
        record.network().mode(),
        namespace,
        sockets.provide(id, record.name(), record.annotations()));
    if (record.network().mode() == NetworkMode.BRIDGE && !parked) {
      network.attach(id);
      network.announce(id);
    }
  }

  /**
   * Ends what runs and removes everything that {@link #start} and {@link #prepare} make.
   * Idempotent; the container's files stay.
   */
  public void takeDown(ContainerRecord record) {
    ContainerId id = record.id();
    runc.delete(id);
    cgroups.killAll(paths.cgroup(id));
    endConmon(id);
    cgroups.remove(paths.cgroup(id));
    if (record.network().mode() != NetworkMode.HOST) {
      network.remove(id);
    }
    overlays.unmount(id);
    sockets.remove(id);
    delete.delete(paths.container(id).run());
    journal.forget(id, new Resource.Cgroup(paths.cgroup(id)));
    journal.forget(id, new Resource.RuntimeContainer(id.value()));
  }

  /** Listens again to a container that an earlier daemon brought up. */
  public void listenAgain(ContainerRecord record) {
    sockets.adopt(record.id(), record.name(), record.annotations());
    renewSocket(record);
  }

  /** Gives an adopted container a living socket, once it can take it. Quick, mostly. */
  public void renewSocket(ContainerRecord record) {
    ContainerId id = record.id();
    if (sockets.isPerhapsStale(id) && record.hold().isEmpty() && !isFrozen(id)) {
      pid(id).ifPresent(pid -> sockets.renew(id, record.annotations(), pid));
    }
  }

  /** Removes what an earlier run has left, before a new one begins. */
  public void clearLeftovers(ContainerRecord record) {
    if (!journal.of(record.id()).isEmpty()) {
      takeDown(record);
    }
    forgetExit(record.id());
  }

  // It has to write the last lines of the log, which takes a moment after the container's end.
  private void endConmon(ContainerId id) {
    if (conmon.isAlive(id)) {
      Path exits = paths.exits();
      boolean ended = watch.await(exits, () -> !conmon.isAlive(id), CONMON_END_LIMIT);
      if (!ended) {
        conmon.process(id).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
  }

  /**
   * Deletes all files of a container that has been taken down; its record goes first.
   *
   * @param images what is kept as base for its way back; otherwise nothing is
   */
  public void deleteFiles(ContainerId id, Optional<Path> images) {
    delete.deleteAtOnce(paths.container(id).base());
    images.ifPresentOrElse(i -> transfer.retain(id, i), () -> transfer.forget(id));
    delete.delete(paths.dumps(id));
    forgetExit(id);
  }

  /** Forgets how it ended, after that has been recorded. */
  public void forgetExit(ContainerId id) {
    try {
      Files.deleteIfExists(conmon.exitFile(id));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + conmon.exitFile(id), e);
    }
  }

  /** Its first process, while it lives. */
  public Optional<Integer> pid(ContainerId id) {
    return live.pid(id);
  }

  /** Whether its processes are frozen. */
  public boolean isFrozen(ContainerId id) {
    return live.isFrozen(id);
  }

  /** How it ended, as far as anybody saw it. */
  public Optional<Integer> exitCode(ContainerId id) {
    return conmon.exitCode(id);
  }

  /**
   * Waits until its first process has ended and conmon has said how.
   *
   * @return whether it has
   */
  public boolean awaitEnd(ContainerId id, Duration limit) {
    return watch.await(
        paths.exits(),
        () -> live.pid(id).isEmpty() && (conmon.exitCode(id).isPresent() || !conmon.isAlive(id)),
        limit);
  }

  /** Sends a signal. */
  public void signal(ContainerId id, String signal) {
    runc.kill(id, signal);
  }

  /** Freezes it; through the cgroup itself, because starting the runtime takes far longer. */
  public void freeze(ContainerId id) {
    if (!cgroups.freeze(paths.cgroup(id), FREEZE_LIMIT)) {
      try {
        // It tries harder, and says why it cannot.
        runc.pause(id);
      } catch (RuntimeException e) {
        // Half frozen it could neither go on nor be killed.
        thaw(id);
        throw e;
      }
    }
  }

  /** Thaws it; through the cgroup itself, as it was frozen. */
  public void thaw(ContainerId id) {
    cgroups.thaw(paths.cgroup(id));
    if (cgroups.isFrozen(paths.cgroup(id))) {
      // It says why it cannot.
      runc.resume(id);
    }
  }
}
