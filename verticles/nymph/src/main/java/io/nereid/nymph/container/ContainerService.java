package io.nereid.nymph.container;

import io.nereid.config.SnapshotsConfig;
import io.nereid.domain.container.ContainerState;
import io.nereid.domain.container.ContainerStatus;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.VolumeUser;
import io.nereid.nymph.bundle.BundleCheck;
import io.nereid.nymph.bundle.BundleFiles;
import io.nereid.nymph.bundle.BundleVolume;
import io.nereid.nymph.bundle.CheckedBundle;
import io.nereid.nymph.bundle.VolumeMounts;
import io.nereid.nymph.epoch.EpochGuard;
import io.nereid.nymph.ipc.ContainerSockets;
import io.nereid.nymph.volume.VolumeClaims;
import io.nereid.port.TransferPort;
import io.nereid.protocol.message.ContainerAction;
import io.nereid.protocol.message.NymphMessages.CommandRequest;
import io.nereid.protocol.message.NymphMessages.CreateRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The life of containers at a person's wish. One operation per container at a time; every command
 * is checked against its epoch first. Blocks; throws {@link FailureException}.
 */
public final class ContainerService {
  private static final String REAP = "reap";
  private static final Duration REAP_LIMIT = Duration.ofSeconds(60);
  private static final Duration REAP_WAIT = Duration.ofSeconds(10);
  private final ContainerStore store;
  private final ContainerExecutor executor;
  private final EpochGuard epochs;
  private final ContainerLife life;
  private final ContainerView view;
  private final BundleFiles bundles;
  private final VolumeClaims volumes;
  private final TransferPort transfer;
  private final ContainerSockets sockets;
  private final Clock clock;
  private final SnapshotsConfig snapshots;

  public ContainerService(
      ContainerStore store,
      ContainerExecutor executor,
      EpochGuard epochs,
      ContainerLife life,
      ContainerView view,
      BundleFiles bundles,
      VolumeClaims volumes,
      TransferPort transfer,
      ContainerSockets sockets,
      Clock clock,
      SnapshotsConfig snapshots) {
    this.store = store;
    this.executor = executor;
    this.epochs = epochs;
    this.life = life;
    this.view = view;
    this.bundles = bundles;
    this.volumes = volumes;
    this.transfer = transfer;
    this.sockets = sockets;
    this.clock = clock;
    this.snapshots = snapshots;
  }

  /**
   * Checks the bundle, takes its root file system in, makes the container and starts it if asked.
   * The same request again returns what it has made. When it fails, nothing is left.
   */
  public ContainerStatus create(CreateRequest request) {
    return executor.run(
        request.id(),
        "create",
        () -> {
          epochs.check(request.fence(), request.id());
          Optional<ContainerRecord> existing = store.find(request.id());
          if (existing.isPresent()) {
            return again(existing.get(), request);
          }
          checkFree(request);
          CheckedBundle bundle =
              VolumeMounts.add(
                  BundleCheck.check(
                      request.bundle(), given -> ContainerSockets.place(sockets.settle(given))),
                  request.volumes());
          try (Undo undo = new Undo()) {
            ContainerRecord record = make(request, bundle, undo);
            if (request.start()) {
              record = life.start(record);
            }
            undo.commit();
            return view.of(record);
          }
        });
  }

  private ContainerStatus again(ContainerRecord record, CreateRequest request) {
    boolean same =
        record.stage() == ContainerRecord.Stage.READY && record.name().equals(request.name());
    if (!same) {
      throw ContainerLife.wrongState(record, "create", "it exists already");
    }
    boolean start = request.start() && view.state(record) == ContainerState.CREATED;
    return view.of(start ? life.start(record) : record);
  }

  private void checkFree(CreateRequest request) {
    for (ContainerRecord other : store.all()) {
      if (other.name().equals(request.name())) {
        throw new FailureException(
            Failure.refused(
                FailureCode.NAME_TAKEN,
                "the name '" + request.name() + "' belongs to container " + other.id(),
                "choose another name or remove that container"));
      }
      if (request.network().address().isPresent()
          && other.network().address().equals(request.network().address())) {
        throw new FailureException(
            Failure.refused(
                FailureCode.ADDRESS_TAKEN,
                "the address "
                    + request.network().address().get()
                    + " belongs to container "
                    + other.name(),
                "choose another address"));
      }
    }
  }

  private ContainerRecord make(CreateRequest request, CheckedBundle bundle, Undo undo) {
    ContainerId id = request.id();
    undo.push(() -> life.erase(id));
    store.save(
        ContainerRecord.creating(
            id, request.name(), request.network(), bundle.directory().toString(), clock.instant()));
    bundles.keep(id, withVolumes(request, bundle));
    var policy = snapshots.ofNew(request.protect());
    String layer = transfer.importLayer(bundle.rootfs());
    return store.update(
        id,
        r ->
            r.withContent(
                    layer,
                    bundle.command(),
                    bundle.terminal(),
                    sockets.settle(bundle.annotations()))
                .withPolicy(policy)
                .withStage(ContainerRecord.Stage.READY));
  }

  // From now on they are its own, and read-only ones what they are at this moment.
  private CheckedBundle withVolumes(CreateRequest request, CheckedBundle bundle) {
    Map<VolumeName, BundleVolume> claimed =
        volumes.claim(new VolumeUser(request.id(), request.name()), bundle.volumes()).stream()
            .collect(Collectors.toMap(BundleVolume::name, v -> v));
    return VolumeMounts.change(bundle, v -> claimed.get(v.name()));
  }

  // Nobody asked for a reap, so nobody should be told that it is under way.
  private <T> T whenReaped(ContainerId id, String verb, Supplier<T> body) {
    boolean reaping = executor.running(id).filter(REAP::equals).isPresent();
    return reaping ? executor.runWhenFree(id, verb, REAP_WAIT, body) : executor.run(id, verb, body);
  }

  /** Does something to one container; the status is that after it, or the last one of a removal. */
  public ContainerStatus command(CommandRequest request) {
    ContainerAction action = request.action();
    String verb = verb(action);
    return whenReaped(
        request.id(),
        verb,
        () -> {
          epochs.check(request.fence(), request.id());
          ContainerRecord record = store.get(request.id());
          checkHold(record, verb);
          return switch (action) {
            case ContainerAction.Start start -> life.startAsked(record);
            case ContainerAction.Stop stop -> life.stop(record, stop);
            case ContainerAction.Kill kill -> life.kill(record, kill);
            case ContainerAction.Pause pause -> life.pause(record);
            case ContainerAction.Unpause unpause -> life.unpause(record);
            case ContainerAction.Remove remove -> life.remove(record, remove);
            case ContainerAction.Protect protect -> protect(record, protect);
          };
        });
  }

  private ContainerStatus protect(ContainerRecord record, ContainerAction.Protect protect) {
    var policy = protect.wish().map(w -> w.over(record.policy().orElse(snapshots.defaults())));
    return view.of(store.update(record.id(), r -> r.withPolicy(policy)));
  }

  private static String verb(ContainerAction action) {
    return switch (action) {
      case ContainerAction.Start start -> "start";
      case ContainerAction.Stop stop -> "stop";
      case ContainerAction.Kill kill -> "kill";
      case ContainerAction.Pause pause -> "pause";
      case ContainerAction.Unpause unpause -> "unpause";
      case ContainerAction.Remove remove -> "remove";
      case ContainerAction.Protect protect -> "protect";
    };
  }

  private static void checkHold(ContainerRecord record, String verb) {
    record
        .hold()
        .ifPresent(hold -> {
          throw new FailureException(
              Failure.refused(
                  FailureCode.BUSY,
                  "cannot "
                      + verb
                      + " container "
                      + record.name()
                      + ": migration "
                      + hold.migration()
                      + " holds it",
                  "wait for its end or cancel it"));
        });
    if (record.stage() != ContainerRecord.Stage.READY) {
      throw new FailureException(
          Failure.refused(
              FailureCode.BUSY,
              "cannot " + verb + " container " + record.name() + ": it is " + record.stage(),
              "try again in a moment"));
    }
  }

  /**
   * Records the end of a container whose first process has ended, and removes what it needed while
   * running. Does nothing while it runs, while a migration holds it, and when that has been done.
   */
  public void reapIfEnded(ContainerId id) {
    executor.runWhenFree(id, REAP, REAP_LIMIT, () -> store.find(id).map(life::reap).orElse(null));
  }
}
