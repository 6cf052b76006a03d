package io.nereid.nymph.move;

import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.memory.FrozenMemory;
import io.nereid.nymph.memory.MemorySnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dumps a frozen container. Where most of its memory is at the target already, CRIU leaves the
 * memory out, and only the pages that have changed since are written, by us: so the time for which
 * it is frozen does not grow with what it could have written. Blocks.
 */
final class FrozenDump {
  private static final Logger LOG = LoggerFactory.getLogger(FrozenDump.class);
  private static final int COMPARE_THREADS =
      Math.clamp(Runtime.getRuntime().availableProcessors() - 1, 1, 4);
  private final MoveParts parts;

  FrozenDump(MoveParts parts) {
    this.parts = parts;
  }

  /**
   * Writes images that, with what was sent ahead, are complete; it stays frozen.
   *
   * @param before what the target has of its memory
   */
  void write(ContainerRecord record, Optional<MemorySnapshot> before, Path directory) {
    boolean tcp = TcpPolicy.moves(parts, record);
    if (before.isEmpty() || !writeWithoutMemory(record.id(), before.get(), directory, tcp)) {
      parts.checkpointer().dump(record.id(), directory, tcp);
    }
  }

  /** False when that is not possible here: then nothing has happened. */
  private boolean writeWithoutMemory(
      ContainerId id, MemorySnapshot before, Path directory, boolean tcp) {
    String why;
    try {
      FrozenMemory memory = new FrozenMemory(before, processes(id));
      // CRIU needs one processor, and most of the time for which the container is frozen.
      Beside comparing = Beside.start(() -> compare(memory));
      Optional<String> failed;
      try {
        failed = parts.checkpointer().dumpWithoutMemory(id, directory, tcp);
      } finally {
        comparing.join();
      }
      if (failed.isEmpty()) {
        Path images = directory.resolve("images");
        Path into = Files.createDirectory(images.resolve(ImageChain.MEMORY));
        FrozenMemory.Outcome outcome = memory.write(images, into);
        LOG.info(
            "{} of {} pages of container {} have changed since they were sent",
            outcome.changed(),
            outcome.pages(),
            id);
        return true;
      }
      why = failed.get();
    } catch (IOException e) {
      why = e.getMessage();
    }
    LOG.warn("container {} is dumped with all of its memory: {}", id, why);
    parts.core().basics().delete().delete(directory);
    return false;
  }

  private List<Integer> processes(ContainerId id) {
    return parts.core().cgroups().processes(parts.paths().cgroup(id)).stream()
        .map(Long::intValue)
        .toList();
  }

  private static void compare(FrozenMemory memory) {
    try {
      memory.compare(COMPARE_THREADS);
    } catch (IOException e) {
      // All pages then count as changed.
      LOG.warn("memory was not compared: {}", e.getMessage());
    }
  }
}
