package io.nereid.nymph.snapshot;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.domain.snapshot.SnapshotPolicy;
import io.nereid.nymph.fs.DurableFile;
import io.nereid.protocol.codec.WireCodec;
import io.nereid.protocol.message.SnapshotMessages.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which containers are being taken back to an earlier state: on disk before anything of them is
 * removed, until they run again. From such a mark alone a container can be brought up.
 */
final class RewindMarks {
  private static final Logger LOG = LoggerFactory.getLogger(RewindMarks.class);
  private static final String SUFFIX = ".json";
  private final Path directory;

  /**
   * One of them.
   *
   * @param present what it was just before
   * @param policy that it keeps
   */
  record Mark(Identity as, SnapshotId present, Optional<SnapshotPolicy> policy) {}

  RewindMarks(Path directory) {
    this.directory = directory;
  }

  void set(Mark mark) {
    try {
      DurableFile.write(file(mark.as().id()), WireCodec.encode(mark));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file(mark.as().id()), e);
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
        } catch (java.nio.file.NoSuchFileException e) {
          LOG.debug("{} was done meanwhile", file);
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
