package io.nereid.nymph.volume;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.VolumeName;
import io.nereid.domain.volume.VolumeUser;
import io.nereid.nymph.bundle.BundleVolume;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Volumes that leave and come with the container that has them. Thread-safe; blocks. */
public final class VolumeMoves {
  private static final Duration COUNT_LIMIT = Duration.ofSeconds(60);
  private final VolumeStore store;
  private final Clock clock;

  public VolumeMoves(VolumeStore store, Clock clock) {
    this.store = store;
    this.clock = clock;
  }

  private Stream<VolumeRecord> of(ContainerId id) {
    return store.records().all().stream().filter(r -> r.isUsedBy(id));
  }

  /** Writable volumes of a container. */
  public List<VolumeName> writable(ContainerId id) {
    return of(id).filter(r -> !r.readOnly()).map(VolumeRecord::name).toList();
  }

  /** Digests of its read-only volumes. */
  public List<String> digests(ContainerId id) {
    return of(id).filter(VolumeRecord::readOnly).map(VolumeRecord::digest).distinct().toList();
  }

  /** Its writable volumes as one tree to send, with a directory for each. */
  public Optional<Tree> tree(ContainerId id) {
    List<VolumeName> names = writable(id);
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(new Tree(TreeKind.VOLUMES, store.content(), texts(names)));
  }

  private static Set<String> texts(List<VolumeName> names) {
    return names.stream().map(VolumeName::value).collect(Collectors.toSet());
  }

  /** What its writable volumes take on the disk; NO answer in time is a failure. */
  public long bytes(ContainerId id) {
    long sum = 0;
    for (VolumeName name : writable(id)) {
      long bytes = store.bytes(store.content().resolve(name.value()), COUNT_LIMIT);
      if (bytes < 0) {
        throw new FailureException(
            Failure.of(
                FailureCode.TIMEOUT,
                "counting what is in volume '" + name + "' takes too long",
                "look at the disk of its host"));
      }
      sum += bytes;
    }
    return sum;
  }

  /**
   * Refuses a container whose writable volumes would meet others here.
   *
   * @param replacing whether they may take the place of some that no container has
   */
  public void requireRoom(List<VolumeName> names, boolean replacing) {
    for (VolumeName name : names) {
      Optional<VolumeRecord> there = store.records().find(name);
      if (there.isPresent()) {
        VolumeStore.requireUnused(there.get());
        boolean kept =
            !replacing || there.get().readOnly() || there.get().stage() != VolumeRecord.Stage.READY;
        if (kept) {
          throw store.taken(name);
        }
      }
    }
  }

  /**
   * Takes in what has come with a container. It is nobody else's, and counts as here when {@link
   * #arrived}.
   *
   * @param volumes that its configuration asks for
   * @param root of what was sent, with a directory for each writable one
   * @param expected writable ones that were announced
   * @param replacing whether they may take the place of some that no container has, which come back
   *     when this container does not stay
   */
  public void arrive(
      VolumeUser user,
      List<BundleVolume> volumes,
      Optional<Path> root,
      List<VolumeName> expected,
      boolean replacing) {
    List<VolumeName> writable =
        volumes.stream().filter(v -> v.digest().isEmpty()).map(BundleVolume::name).toList();
    boolean announced = Set.copyOf(writable).equals(Set.copyOf(expected));
    if (!announced || !(root.map(VolumeMoves::names).orElse(Set.of())).equals(texts(writable))) {
      throw new FailureException(
          Failure.of(
              FailureCode.PROTOCOL,
              "other volumes have come than were announced: " + writable + ", not " + expected,
              "run the same release of Nereid on both hosts"));
    }
    VolumeRecords records = store.records();
    synchronized (records) {
      requireRoom(writable, replacing);
      writable.stream().filter(n -> records.find(n).isPresent()).forEach(store::setAside);
      for (BundleVolume volume : volumes) {
        VolumeRecord there =
            records
                .find(volume.name())
                .filter(VolumeRecord::readOnly)
                .orElseGet(() -> coming(volume));
        if (!there.digest().equals(volume.digest().orElse(""))) {
          throw store.taken(volume.name());
        }
        records.save(there.withUser(user));
      }
    }
    for (VolumeName name : writable) {
      move(root.get().resolve(name.value()), store.content().resolve(name.value()));
    }
  }

  private VolumeRecord coming(BundleVolume volume) {
    return new VolumeRecord(
        VolumeRecord.FORMAT,
        volume.name(),
        VolumeRecord.Stage.ARRIVING,
        volume.digest().isPresent(),
        volume.digest().orElse(""),
        clock.instant(),
        List.of());
  }

  private static Set<String> names(Path root) {
    try (Stream<Path> all = Files.list(root)) {
      return all.map(p -> VolumeStore.isDirectory(p) ? p.getFileName().toString() : "/")
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + root, e);
    }
  }

  private static void move(Path from, Path to) {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot take over " + from, e);
    }
  }

  /** The container runs here: what came with it is here to stay. Idempotent. */
  public void arrived(ContainerId id) {
    VolumeRecords records = store.records();
    synchronized (records) {
      of(id)
          .filter(r -> r.stage() == VolumeRecord.Stage.ARRIVING)
          .forEach(r -> {
            records.save(r.withStage(VolumeRecord.Stage.READY));
            store.forgetAside(r.name());
          });
    }
  }

  /**
   * The container is somewhere else: so are its writable volumes, and what is here of them goes.
   * Idempotent.
   */
  public void drop(ContainerId id) {
    VolumeRecords records = store.records();
    List<VolumeRecord> all;
    synchronized (records) {
      all = of(id).toList();
    }
    for (VolumeRecord record : all) {
      VolumeRecord left = record.without(id);
      boolean goes =
          !record.readOnly()
              || (record.stage() == VolumeRecord.Stage.ARRIVING && left.users().isEmpty());
      if (goes && record.stage() == VolumeRecord.Stage.ARRIVING && store.isAside(record.name())) {
        store.bringBack(record);
      } else if (goes) {
        store.erase(record);
      } else {
        records.save(left);
      }
    }
  }
}
