package io.nereid.coordinator.container;

import io.nereid.coordinator.directory.Directory;
import io.nereid.coordinator.volume.VolumeDirectory;
import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerName;
import io.nereid.domain.id.NodeId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.snapshot.Snapshot;
import io.nereid.domain.volume.VolumeMount;
import io.nereid.domain.volume.VolumePlace;
import io.nereid.domain.volume.VolumeUser;
import io.nereid.protocol.message.VolumeMessages.CreateVolumeRequest;
import io.nereid.protocol.message.VolumeMessages.RemoveVolumeRequest;
import io.nereid.protocol.message.VolumeMessages.VolumeList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Has volumes made and deleted, each name once in the cluster. Blocks. */
public final class VolumeHandler {
  private final Directory directory;
  private final Nymphs nymphs;
  private final VolumeDirectory volumes;
  private final Set<VolumeName> busy = ConcurrentHashMap.newKeySet();

  public VolumeHandler(Directory directory, Nymphs nymphs, VolumeDirectory volumes) {
    this.directory = directory;
    this.nymphs = nymphs;
    this.volumes = volumes;
  }

  /** Throws NAME_TAKEN, UNKNOWN_NODE, or what the nymph says. */
  public VolumePlace create(CreateVolumeRequest request) {
    return alone(
        request.name(),
        () -> {
          if (directory.host(request.node()).isEmpty()) {
            throw Hosts.unknown(request.node());
          }
          for (VolumePlace there : volumes.refreshed(request.name())) {
            throw refused(
                FailureCode.NAME_TAKEN,
                "there is a volume '" + request.name() + "' already, on host " + there.host(),
                "choose another name, or remove that one");
          }
          return volumes.added(request.node(), nymphs.makeVolume(request));
        });
  }

  /** Deletes it at every host that has it; the reply shows what there was. */
  public VolumeList remove(RemoveVolumeRequest request) {
    return alone(
        request.name(),
        () -> {
          volumes.refreshed(request.name());
          List<VolumePlace> places = volumes.find(request.name());
          // All or nothing, as far as that can be known beforehand.
          for (VolumePlace place : places) {
            requireUnused(place);
            if (!place.present()) {
              throw Hosts.lost(place.host(), "host of volume '" + request.name() + "'");
            }
          }
          places.forEach(this::removeAt);
          return new VolumeList(places);
        });
  }

  private void removeAt(VolumePlace place) {
    VolumeName name = place.volume().name();
    try {
      nymphs.dropVolume(place.host(), name);
    } catch (FailureException e) {
      if (e.failure().code() != FailureCode.NOT_FOUND) {
        throw e;
      }
    }
    volumes.removed(place.host(), name);
  }

  private static void requireUnused(VolumePlace place) {
    if (!place.volume().users().isEmpty()) {
      throw refused(
          FailureCode.BUSY,
          users(place) + " on host " + place.host() + " has volume '" + place.volume().name() + "'",
          "remove that container first");
    }
  }

  private static String users(VolumePlace place) {
    return place.volume().users().stream()
        .map(VolumeUser::name)
        .map(n -> "container '" + n + "'")
        .collect(Collectors.joining(", "));
  }

  /** Refuses a container whose volumes are not on its host, or belong to another one. */
  void requireAt(NodeId node, List<VolumeMount> mounts) {
    if (mounts.size() > VolumeMount.MOUNTS_MAX) {
      throw refused(
          FailureCode.BAD_REQUEST,
          mounts.size() + " volumes are more than " + VolumeMount.MOUNTS_MAX,
          "put some together");
    }
    if (!mounts.isEmpty()) {
      volumes.refresh(node);
    }
    for (VolumeMount mount : mounts) {
      List<VolumePlace> places = volumes.find(mount.name());
      VolumePlace here =
          places.stream()
              .filter(p -> p.host().equals(node))
              .findFirst()
              .orElseThrow(() ->
                  refused(
                      FailureCode.WRONG_STATE,
                      "volume '"
                          + mount.name()
                          + "' is on host "
                          + places.getFirst().host()
                          + ", not on "
                          + node,
                      "run the container there: --on " + places.getFirst().host()));
      if (!here.volume().readOnly()) {
        requireUnused(here);
      }
    }
  }

  /**
   * Refuses to bring up volumes of a snapshot where others have their names: only those that are on
   * the same host and that no container has may be replaced.
   *
   * @param as the new container that it becomes; absent when it becomes the one that it was
   */
  void requireRoom(Snapshot snapshot, Optional<ContainerName> as, NodeId target) {
    for (VolumeName was : snapshot.volumes()) {
      VolumeName name = as.map(was::of).orElse(was);
      for (VolumePlace place : volumes.refreshed(name)) {
        // Of a host that is gone, with the container that comes up again: it will not keep it.
        boolean gone =
            !place.present()
                && as.isEmpty()
                && place.volume().users().stream()
                    .allMatch(u -> u.id().equals(snapshot.container()));
        if (gone) {
          continue;
        }
        requireUnused(place);
        if (!place.host().equals(target) || as.isPresent()) {
          throw refused(
              FailureCode.NAME_TAKEN,
              "there is a volume '" + name + "' already, on host " + place.host(),
              as.isPresent()
                  ? "choose another name for the container, or remove that volume"
                  : "restore there with --on " + place.host() + ", or remove that volume");
        }
      }
    }
  }

  private <T> T alone(VolumeName name, java.util.function.Supplier<T> body) {
    if (!busy.add(name)) {
      throw refused(
          FailureCode.BUSY, "volume '" + name + "' is being made or removed", "try again");
    }
    try {
      return body.get();
    } finally {
      busy.remove(name);
    }
  }

  private static FailureException refused(FailureCode code, String message, String remedy) {
    return new FailureException(Failure.refused(code, message, remedy));
  }
}
