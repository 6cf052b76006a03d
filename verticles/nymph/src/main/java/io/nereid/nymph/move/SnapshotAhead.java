package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.nymph.memory.Room;
import io.nereid.nymph.track.WriteTracking;
import io.nereid.port.Tree;
import io.nereid.port.TreeKind;
import io.nereid.process.Command;
import io.nereid.process.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is sent while the container runs: its memory and its writable layer as they happen to be.
 * Neither is consistent; both are only content that the target then has already. The container is
 * not frozen for it.
 */
final class SnapshotAhead {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotAhead.class);
  private static final Duration COPY_LIMIT = Duration.ofMinutes(10);
  private final MoveParts parts;
  private final SentAhead sent;

  SnapshotAhead(MoveParts parts, SentAhead sent) {
    this.parts = parts;
    this.sent = sent;
  }

  /**
   * What to send.
   *
   * @param directory gets copies; {@code images} in it stays until the migration ends
   * @param memory whether to read the memory, too
   * @param more whether anybody still wants it
   */
  List<Tree> trees(
      ContainerRecord record,
      MigrationId migration,
      Path directory,
      boolean memory,
      MemorySnapshot.Continue more) {
    Path bundle = directory.resolve("bundle");
    Luggage.pack(record, 0, parts.paths().container(record.id()).userConfig(), bundle);
    List<Tree> trees = new ArrayList<>(List.of(new Tree(TreeKind.BUNDLE, bundle)));
    try {
      if (memory) {
        trees.add(new Tree(TreeKind.IMAGES, readMemory(record, migration, directory, more)));
        copyUpper(record, directory, trees);
        // Not copied before: what changes while it is sent is left to the final set.
        parts.core().volumes().moves().tree(record.id()).ifPresent(trees::add);
      }
    } catch (IOException e) {
      throw noSpace(record, e);
    }
    return trees;
  }

  /**
   * Reads memory again and writes what has changed since.
   *
   * @param images is made anew
   */
  MemorySnapshot again(
      ContainerRecord record, MemorySnapshot before, Path images, MemorySnapshot.Continue more) {
    try {
      return before.next(
          processes(record), images, Room.below(fresh(images)), more, parts.effort().reading());
    } catch (IOException e) {
      throw noSpace(record, e);
    }
  }

  private static FailureException noSpace(ContainerRecord record, IOException e) {
    return new FailureException(
        Failure.of(
            FailureCode.NO_SPACE,
            "cannot write a snapshot of container " + record.name() + ": " + e.getMessage(),
            "make room below criu.dumpPath, or move with --mode cold"),
        e);
  }

  /** Empty, also after an earlier try of the same step. */
  private Path fresh(Path images) throws IOException {
    parts.core().basics().delete().delete(images);
    return Files.createDirectories(images);
  }

  private List<Integer> processes(ContainerRecord record) {
    return parts.core().cgroups().pids(parts.paths().cgroup(record.id()));
  }

  private Path readMemory(
      ContainerRecord record, MigrationId migration, Path directory, MemorySnapshot.Continue more)
      throws IOException {
    Path images = fresh(directory.resolve("images"));
    List<Integer> processes = processes(record);
    WriteTracking tracking =
        parts.trackers().follow(processes, MemorySnapshot.residentBytes(processes));
    MemorySnapshot snapshot =
        MemorySnapshot.take(
            processes, images, Room.below(images), more, parts.effort().reading(), tracking);
    sent.keep(record.id(), migration, snapshot);
    LOG.info(
        "read {} bytes of the memory of container {} in {} ms",
        snapshot.bytes(),
        record.id(),
        snapshot.tookMs());
    return images;
  }

  // A copy, because what is sent must not change meanwhile. Files that vanish are no loss.
  private void copyUpper(ContainerRecord record, Path directory, List<Tree> trees)
      throws IOException {
    Path upper = parts.paths().container(record.id()).upper();
    Path copy = directory.resolve("upper");
    Files.createDirectories(copy);
    Outcome copied =
        parts
            .core()
            .basics()
            .runner()
            .run(
                Command.of(
                    COPY_LIMIT, "cp", "-a", "--reflink=auto", upper + "/.", copy.toString()));
    if (copied instanceof Outcome.Exited) {
      trees.add(new Tree(TreeKind.UPPER, copy));
    } else {
      LOG.warn("the writable layer of {} does not go ahead: {}", record.id(), copied);
    }
  }
}
