package io.nereid.nymph.move;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.MigrationId;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which containers are coming, on disk first. Thread-safe; changes block for a disk write. */
final class IncomingStore {
  private static final Logger LOG = LoggerFactory.getLogger(IncomingStore.class);
  private static final String SUFFIX = ".json";
  private final Path directory;
  private final Map<MigrationId, Incoming> entries = new ConcurrentHashMap<>();

  IncomingStore(Path directory) {
    this.directory = directory;
    try {
      Files.createDirectories(directory);
      try (Stream<Path> files = Files.list(directory)) {
        files.filter(f -> f.toString().endsWith(SUFFIX)).forEach(this::load);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
  }

  private void load(Path file) {
    try {
      Incoming entry = WireCodec.decode(Files.readAllBytes(file), Incoming.class);
      entries.put(entry.migration(), entry);
    } catch (IOException | FailureException e) {
      LOG.error("left alone, not readable: {}: {}", file, e.getMessage());
    }
  }

  Optional<Incoming> find(MigrationId migration) {
    return Optional.ofNullable(entries.get(migration));
  }

  Optional<Incoming> of(ContainerId container) {
    return entries.values().stream().filter(i -> i.container().equals(container)).findFirst();
  }

  List<Incoming> all() {
    return List.copyOf(entries.values());
  }

  void save(Incoming entry) {
    try {
      DurableFile.write(file(entry.migration()), WireCodec.encode(entry));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file(entry.migration()), e);
    }
    entries.put(entry.migration(), entry);
  }

  void remove(MigrationId migration) {
    try {
      Files.deleteIfExists(file(migration));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file(migration), e);
    }
    entries.remove(migration);
  }

  private Path file(MigrationId migration) {
    return directory.resolve(migration.value() + SUFFIX);
  }
}
