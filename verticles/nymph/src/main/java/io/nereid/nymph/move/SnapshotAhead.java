package io.nereid.nymph.move;

import io.nereid.domain.failure.Failure;
import io.nereid.domain.failure.FailureCode;
import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.MigrationId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.memory.MemorySnapshot;
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
  private static final long DISK_RESERVE_BYTES = 256L << 20;
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
   */
  List<Tree> trees(ContainerRecord record, MigrationId migration, Path directory, boolean memory) {
    Path bundle = directory.resolve("bundle");
    Luggage.pack(record, parts.paths().container(record.id()).userConfig(), bundle);
    List<Tree> trees = new ArrayList<>(List.of(new Tree(TreeKind.BUNDLE, bundle)));
    try {
      if (memory) {
        trees.add(new Tree(TreeKind.IMAGES, readMemory(record, migration, directory)));
        copyUpper(record, directory, trees);
      }
    } catch (IOException e) {
      throw new FailureException(
          Failure.of(
              FailureCode.NO_SPACE,
              "cannot write a snapshot of container " + record.name() + ": " + e.getMessage(),
              "make room below criu.dumpPath, or move with --no-ahead"),
          e);
    }
    return trees;
  }

  private Path readMemory(ContainerRecord record, MigrationId migration, Path directory)
      throws IOException {
    Path images = directory.resolve("images");
    // Of an earlier try of the same step.
    parts.core().basics().delete().delete(images);
    Files.createDirectories(images);
    long room = Math.max(0, Files.getFileStore(images).getUsableSpace() - DISK_RESERVE_BYTES);
    List<Integer> pids =
        parts.core().cgroups().processes(parts.paths().cgroup(record.id())).stream()
            .map(Long::intValue)
            .toList();
    long begin = System.nanoTime();
    MemorySnapshot snapshot =
        MemorySnapshot.take(pids, images, room, () -> !Thread.currentThread().isInterrupted());
    sent.keep(record.id(), migration, snapshot);
    LOG.info(
        "read {} bytes of the memory of container {} in {} ms",
        snapshot.bytes(),
        record.id(),
        (System.nanoTime() - begin) / 1_000_000);
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
