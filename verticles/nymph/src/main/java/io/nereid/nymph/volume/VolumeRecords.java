package io.nereid.nymph.volume;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.InvalidIdException;
import io.nereid.domain.id.VolumeName;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The records of volumes. The disk is the truth, memory a copy of it. Thread-safe; blocks. */
final class VolumeRecords {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeRecords.class);
  private static final String SUFFIX = ".json";
  private static final int RECORD_BYTES_MAX = 1024 * 1024;
  private final Path directory;
  private final ConcurrentSkipListMap<VolumeName, VolumeRecord> records =
      new ConcurrentSkipListMap<>();
  // Begins elsewhere after each start, so that nobody takes it for an earlier state.
  private final AtomicLong version;

  VolumeRecords(Path directory, Clock clock) {
    this.directory = directory;
    this.version = new AtomicLong(clock.millis());
    try {
      Files.createDirectories(directory);
      try (Stream<Path> files = Files.list(directory)) {
        files.filter(f -> f.toString().endsWith(SUFFIX)).forEach(this::load);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the volumes in " + directory + ": " + e, e);
    }
  }

  private void load(Path file) {
    String name = file.getFileName().toString();
    try {
      if (Files.size(file) > RECORD_BYTES_MAX) {
        throw new IOException("larger than " + RECORD_BYTES_MAX + " bytes");
      }
      VolumeRecord record = WireCodec.decode(Files.readAllBytes(file), VolumeRecord.class);
      if (!name.equals(record.name() + SUFFIX)) {
        throw new IOException("is the record of " + record.name());
      }
      records.put(record.name(), record);
    } catch (IOException | InvalidIdException | FailureException e) {
      LOG.warn("left alone, not a volume of ours: {}: {}", file, e.toString());
    }
  }

  long version() {
    return version.get();
  }

  Optional<VolumeRecord> find(VolumeName name) {
    return Optional.ofNullable(records.get(name));
  }

  List<VolumeRecord> all() {
    return List.copyOf(records.values());
  }

  VolumeRecord save(VolumeRecord record) {
    try {
      DurableFile.write(file(record.name()), WireCodec.encode(record));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write the record of " + record.name() + ": " + e, e);
    }
    records.put(record.name(), record);
    version.incrementAndGet();
    return record;
  }

  void remove(VolumeName name) {
    try {
      Files.deleteIfExists(file(name));
      DurableFile.syncDirectory(directory);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete the record of " + name + ": " + e, e);
    }
    records.remove(name);
    version.incrementAndGet();
  }

  private Path file(VolumeName name) {
    return directory.resolve(name + SUFFIX);
  }
}
