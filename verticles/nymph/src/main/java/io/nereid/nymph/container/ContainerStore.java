package io.nereid.nymph.container;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.InvalidIdException;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.nymph.fs.HostPaths;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The records of this host's containers. The disk is the truth, memory a copy of it. Thread-safe;
 * changes block for a disk write. Who changes a record holds the container in {@link
 * ContainerExecutor}.
 */
public final class ContainerStore {
  private static final int RECORD_BYTES_MAX = 1024 * 1024;
  private final HostPaths paths;
  private final ConcurrentSkipListMap<ContainerId, ContainerRecord> records =
      new ConcurrentSkipListMap<>();
  private final Map<Path, String> unreadable = new TreeMap<>();

  private ContainerStore(HostPaths paths) {
    this.paths = paths;
  }

  /** Reads all records. A directory without a readable one is left alone and reported. */
  public static ContainerStore open(HostPaths paths) {
    ContainerStore store = new ContainerStore(paths);
    try {
      Files.createDirectories(paths.containers());
      try (Stream<Path> directories = Files.list(paths.containers())) {
        directories.forEach(store::load);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the containers in " + paths.containers() + ": " + e, e);
    }
    return store;
  }

  private void load(Path directory) {
    try {
      ContainerId id = new ContainerId(directory.getFileName().toString());
      Path file = paths.container(id).record();
      if (Files.size(file) > RECORD_BYTES_MAX) {
        throw new IOException("larger than " + RECORD_BYTES_MAX + " bytes");
      }
      ContainerRecord record = WireCodec.decode(Files.readAllBytes(file), ContainerRecord.class);
      if (!record.id().equals(id)) {
        throw new IOException("is the record of " + record.id());
      }
      records.put(id, record);
    } catch (IOException | InvalidIdException | FailureException e) {
      unreadable.put(directory, e.toString());
    }
  }

  /** Directories without a readable record, with the reason. */
  public Map<Path, String> unreadable() {
    return Map.copyOf(unreadable);
  }

  /** Writes a record; returns when the disk has it. */
  public ContainerRecord save(ContainerRecord record) {
    try {
      DurableFile.write(paths.container(record.id()).record(), WireCodec.encode(record));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the record of " + record.id() + ": " + e, e);
    }
    records.put(record.id(), record);
    return record;
  }

  /** Changes a record; NOT_FOUND when there is none. */
  public synchronized ContainerRecord update(
      ContainerId id, UnaryOperator<ContainerRecord> change) {
    ContainerRecord before = get(id);
    ContainerRecord after = change.apply(before);
    return after.equals(before) ? before : save(after);
  }

  /** The record, if there is one. */
  public Optional<ContainerRecord> find(ContainerId id) {
    return Optional.ofNullable(records.get(id));
  }

  /** The record, if there is one at that stage. */
  public Optional<ContainerRecord> find(ContainerId id, ContainerRecord.Stage stage) {
    return find(id).filter(record -> record.stage() == stage);
  }

  /** The record; NOT_FOUND when there is none. */
  public ContainerRecord get(ContainerId id) {
    return find(id)
        .orElseThrow(() ->
            new FailureException(
                Failure.refused(
                    FailureCode.NOT_FOUND,
                    "container " + id + " is not on host " + paths.node(),
                    "look where it is with 'nereid ps -a'")));
  }

  /** All records, by id. */
  public List<ContainerRecord> all() {
    return List.copyOf(records.values());
  }

  /** Drops a record from memory after its directory has been deleted. */
  public void forget(ContainerId id) {
    records.remove(id);
  }
}
