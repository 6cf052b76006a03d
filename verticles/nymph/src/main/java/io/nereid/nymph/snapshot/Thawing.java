package io.nereid.nymph.snapshot;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.container.ContainerRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to it that nothing stays frozen because of a snapshot, and nothing of it stays behind. */
final class Thawing {
  private static final Logger LOG = LoggerFactory.getLogger(Thawing.class);
  private static final Duration DUMP_LIMIT = Duration.ofMinutes(10);
  private static final String TAKING = "checkpoint-";
  private static final String UNPACKED = "unpacked-";
  private final SnapshotParts parts;
  private final FreezeMarks marks;

  Thawing(SnapshotParts parts) {
    this.parts = parts;
    this.marks = new FreezeMarks(parts.paths().data().resolve("checkpoints"));
  }

  /** Where a snapshot is put together. */
  Path taking(String id) {
    return parts.paths().dumps().resolve(TAKING + id);
  }

  /** Where one is unpacked. */
  Path unpacked(String operation) {
    return parts.paths().dumps().resolve(UNPACKED + operation);
  }

  FreezeMarks marks() {
    return marks;
  }

  /** Lets it run on; a run of CRIU that is still at work on it is waited for. */
  void thaw(ContainerId id, Path directory, boolean mayBeDumping) {
    if (mayBeDumping) {
      awaitDump(directory);
    }
    if (parts.core().runtime().pid(id).isPresent() && parts.core().runtime().isFrozen(id)) {
      parts.core().runtime().thaw(id);
    }
    marks.clear(id);
  }

  /** A dump outlives the daemon that has begun it, and must not be disturbed. */
  private static void awaitDump(Path directory) {
    ProcessHandle.allProcesses()
        .filter(process -> isAbout(process, directory))
        .forEach(process ->
            process
                .onExit()
                .completeOnTimeout(process, DUMP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .join());
  }

  private static boolean isAbout(ProcessHandle process, Path directory) {
    try {
      return process.pid() != ProcessHandle.current().pid()
          && Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
              .contains(directory.toString());
    } catch (IOException e) {
      return false;
    }
  }

  /** After a restart: thaws what was frozen for a snapshot that will not come about. */
  void resume() {
    for (FreezeMarks.Mark mark : marks.all()) {
      try {
        Optional<ContainerRecord> record = parts.core().store().find(mark.container());
        if (record.filter(r -> r.hold().isEmpty()).isPresent()) {
          thaw(mark.container(), taking(mark.snapshot().value()), true);
          LOG.info(
              "container {} runs on: the daemon ended while {} was taken of it",
              mark.container(),
              mark.snapshot());
        } else {
          marks.clear(mark.container());
        }
      } catch (RuntimeException e) {
        LOG.error("container {} may be frozen still", mark.container(), e);
      }
    }
    for (Path left : left()) {
      try {
        parts.core().basics().delete().delete(left);
      } catch (RuntimeException e) {
        LOG.warn("{} could not be deleted; the next start does", left, e);
      }
    }
  }

  private List<Path> left() {
    try (Stream<Path> all = Files.list(parts.paths().dumps())) {
      return all.filter(Thawing::isOurs).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + parts.paths().dumps(), e);
    }
  }

  private static boolean isOurs(Path path) {
    String name = path.getFileName().toString();
    return name.startsWith(TAKING) || name.startsWith(UNPACKED);
  }
}
