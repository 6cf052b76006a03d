package io.nereid.nymph.standing;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.InvalidIdException;
import io.nereid.nymph.fs.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which containers are frozen until it is known whose they are: on disk before they are frozen, so
 * that the next daemon knows it, too. One that a person has paused has no mark.
 */
final class WaitMarks {
  private final Path directory;

  WaitMarks(Path directory) {
    this.directory = directory;
  }

  void set(ContainerId id) {
    try {
      DurableFile.write(directory.resolve(id.value()), new byte[0]);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot mark " + id + " in " + directory, e);
    }
  }

  void clear(ContainerId id) {
    try {
      Files.deleteIfExists(directory.resolve(id.value()));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot clear the mark of " + id + " in " + directory, e);
    }
  }

  boolean has(ContainerId id) {
    return Files.exists(directory.resolve(id.value()));
  }

  Set<ContainerId> all() {
    Set<ContainerId> ids = new HashSet<>();
    if (!Files.isDirectory(directory)) {
      return ids;
    }
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        try {
          ids.add(new ContainerId(file.getFileName().toString()));
        } catch (InvalidIdException e) {
          // A mark that was being written when the daemon ended.
          Files.deleteIfExists(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + directory, e);
    }
    return ids;
  }
}
