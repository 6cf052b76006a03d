package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.protocol.codec.WireCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which containers are frozen for a snapshot and for nothing else: on disk before they are frozen,
 * so that a daemon that comes back knows whom to thaw. A container that a person has paused has no
 * mark.
 */
final class FreezeMarks {
  private static final Logger LOG = LoggerFactory.getLogger(FreezeMarks.class);
  private static final String SUFFIX = ".json";
  private final Path directory;

  /** One of them. */
  record Mark(ContainerId container, SnapshotId snapshot) {}

  FreezeMarks(Path directory) {
    this.directory = directory;
  }

  void set(ContainerId container, SnapshotId snapshot) {
    try {
      DurableFile.write(file(container), WireCodec.encode(new Mark(container, snapshot)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file(container), e);
    }
  }

  void clear(ContainerId container) {
    try {
      Files.deleteIfExists(file(container));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + file(container), e);
    }
  }

  List<Mark> all() {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<Mark> marks = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(f -> f.toString().endsWith(SUFFIX)).toList()) {
        try {
          marks.add(WireCodec.decode(Files.readAllBytes(file), Mark.class));
        } catch (FailureException e) {
          LOG.error("left alone, not readable: {}: {}", file, e.getMessage());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
    return marks;
  }

  private Path file(ContainerId container) {
    return directory.resolve(container.value() + SUFFIX);
  }
}
