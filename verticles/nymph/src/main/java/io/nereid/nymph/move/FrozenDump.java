package io.nereid.nymph.move;

import io.nereid.domain.failure.FailureException;
import io.nereid.domain.id.ContainerId;
import io.nereid.nymph.container.ContainerRecord;
import io.nereid.nymph.criu.ArmedDump;
import io.nereid.nymph.criu.Shortcut;
import io.nereid.nymph.criu.image.LazyAreas;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.memory.FrozenMemory;
import io.nereid.nymph.memory.MemorySnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Dumps a frozen container. Where most of its memory is at the target already, CRIU leaves the
 * memory out, and only the pages that have changed since are written, by us: so the time for which
 * it is frozen does not grow with what it could have written. Blocks.
 */
public final class FrozenDump {
  private static final Logger LOG = LoggerFactory.getLogger(FrozenDump.class);
  private static final int COMPARE_THREADS =
      Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
  private final MoveParts parts;
  private final Map<ContainerId, Armed> armed = new ConcurrentHashMap<>();

  private record Armed(Path directory, ArmedDump dump) {}

  /** Brings what the images leave for later. */
  interface Later {
    /** Begins; an IOException when all has to be there before. */
    void feed(Path images, FrozenMemory memory) throws IOException;
  }

  /** How the memory was written. */
  private enum Written {
    NOT,
    WHOLE,
    URGENT
  }

  public FrozenDump(MoveParts parts) {
    this.parts = parts;
  }

  /**
   * Prepares a dump without memory while the container runs. It must be taken by {@link #write}
   * with the same directory, or given up.
   */
  public void arm(ContainerRecord record, Path directory) {
    giveUp(record.id());
    parts.core().basics().delete().delete(directory);
    try {
      armed.put(record.id(), new Armed(directory, armNow(record, directory)));
    } catch (FailureException e) {
      LOG.warn("the dump of container {} is not prepared: {}", record.id(), e.getMessage());
    }
  }

  private ArmedDump armNow(ContainerRecord record, Path directory) {
    return parts.checkpointer().arm(record.id(), directory, TcpPolicy.moves(parts, record));
  }

  /** Ends all that was prepared. */
  public void close() {
    armed.keySet().forEach(this::giveUp);
  }

  /** Ends what was prepared and not taken. Idempotent. */
  public void giveUp(ContainerId id) {
    Armed unused = armed.remove(id);
    if (unused != null) {
      unused.dump().giveUp();
    }
  }

  /**
   * Writes images that, with what was sent ahead, are complete; it stays frozen.
   *
   * @param before what the target has of its memory
   * @param allowed shortcuts, of which those are taken that are safe
   */
  public void write(
      ContainerRecord record,
      Optional<MemorySnapshot> before,
      Path directory,
      Set<Shortcut> allowed) {
    write(record, before, directory, allowed, Optional.empty());
  }

  /**
   * The same without shortcuts, remembering what the memory was.
   *
   * @return what must be closed instead of {@code before}; empty when CRIU has written the memory
   */
  public Optional<MemorySnapshot> writeRemembering(
      ContainerRecord record, MemorySnapshot before, Path directory) {
    Wishes wishes = new Wishes(Set.of(), Optional.empty(), true);
    Outcome outcome = writeWithoutMemory(record, before, directory, wishes);
    if (outcome.written() == Written.NOT) {
      writeWithMemory(record, directory);
    }
    return outcome.remembered();
  }

  private record Wishes(Set<Shortcut> allowed, Optional<Later> later, boolean remember) {}

  private record Outcome(Written written, Optional<MemorySnapshot> remembered) {
    static final Outcome NOT = new Outcome(Written.NOT, Optional.empty());
  }

  /**
   * The same; with {@code later}, what may come after the restore is left to it if it can be.
   *
   * @return whether that was done
   */
  boolean write(
      ContainerRecord record,
      Optional<MemorySnapshot> before,
      Path directory,
      Set<Shortcut> allowed,
      Optional<Later> later) {
    Written written =
        before.isEmpty()
            ? Written.NOT
            : writeWithoutMemory(record, before.get(), directory, new Wishes(allowed, later, false))
                .written();
    if (written == Written.NOT) {
      writeWithMemory(record, directory);
    }
    return written == Written.URGENT;
  }

  private void writeWithMemory(ContainerRecord record, Path directory) {
    giveUp(record.id());
    parts.core().basics().delete().delete(directory);
    parts.checkpointer().dump(record.id(), directory, TcpPolicy.moves(parts, record));
  }

  private ArmedDump ready(ContainerRecord record, Path directory) {
    Armed there = armed.remove(record.id());
    if (there != null && there.directory().equals(directory) && there.dump().isReady()) {
      return there.dump();
    }
    if (there != null) {
      there.dump().giveUp();
    }
    parts.core().basics().delete().delete(directory);
    return armNow(record, directory);
  }

  /** NOT when that is not possible here: then nothing has happened. */
  private Outcome writeWithoutMemory(
      ContainerRecord record, MemorySnapshot before, Path directory, Wishes wishes) {
    Optional<Later> later = wishes.later();
    ContainerId id = record.id();
    ArmedDump criu = ready(record, directory);
    if (!criu.isReady()) {
      criu.giveUp();
      LOG.warn("container {} is dumped with all of its memory: CRIU cannot be held back", id);
      return Outcome.NOT;
    }
    String why;
    try {
      List<Integer> processes = processes(id);
      FrozenMemory memory = new FrozenMemory(before, processes);
      Set<Shortcut> shortcuts = EnumSet.noneOf(Shortcut.class);
      shortcuts.addAll(wishes.allowed());
      if (shortcuts.contains(Shortcut.NETWORK_LOCK) && !InnerConnections.none(processes)) {
        shortcuts.remove(Shortcut.NETWORK_LOCK);
      }
      // With a lot of memory this takes far longer than CRIU, which has none to write.
      Beside comparing =
          Beside.start(() -> {
            if (later.isEmpty()) {
              compare(memory);
            }
          });
      Optional<String> failed;
      try {
        failed = criu.fire(memory.idsInside(), shortcuts);
      } finally {
        comparing.join();
      }
      if (failed.isEmpty()) {
        Path images = directory.resolve("images");
        if (shortcuts.contains(Shortcut.COMPRESSION)) {
          Files.createFile(images.resolve(Shortcut.PLAIN_MARK));
        }
        if (later.isPresent() && isLeftTo(later.get(), memory, images)) {
          return new Outcome(Written.URGENT, Optional.empty());
        }
        Path into = fresh(images);
        FrozenMemory.Outcome outcome = written(memory, images, into, wishes.remember());
        LOG.info(
            "{} of {} pages of container {} have changed since they were sent: {}",
            outcome.changed(),
            outcome.pages(),
            id,
            memory.found());
        return new Outcome(Written.WHOLE, memory.remembered());
      }
      why = failed.get();
    } catch (IOException e) {
      why = e.getMessage();
    }
    LOG.warn("container {} is dumped with all of its memory: {}", id, why);
    return Outcome.NOT;
  }

  private static FrozenMemory.Outcome written(
      FrozenMemory memory, Path images, Path into, boolean remember) throws IOException {
    if (remember) {
      memory.remember();
    }
    try {
      return memory.write(images, into);
    } catch (IOException | RuntimeException e) {
      memory.forget();
      throw e;
    }
  }

  /** If not, what has changed is found now. */
  private boolean isLeftTo(Later later, FrozenMemory memory, Path images) throws IOException {
    try {
      markLazy(images);
      FrozenMemory.Outcome outcome = memory.writeUrgent(images, fresh(images));
      later.feed(images, memory);
      LOG.info(
          "{} of {} pages go before the restore, what else is below {} after it",
          outcome.changed(),
          outcome.pages(),
          images);
      return true;
    } catch (IOException e) {
      LOG.warn("all of {} goes before the restore: {}", images, e.getMessage());
      compare(memory);
      return false;
    }
  }

  private static void markLazy(Path images) throws IOException {
    LazyAreas lazy = LazyAreas.in(images);
    for (Map.Entry<Integer, Path> map : PagemapFile.all(images).entrySet()) {
      PagemapFile whole = PagemapFile.read(map.getValue());
      new PagemapFile(whole.pagesId(), lazy.marked(map.getKey(), whole.areas()))
          .write(map.getValue());
    }
  }

  private Path fresh(Path images) throws IOException {
    Path into = images.resolve(ImageChain.MEMORY);
    parts.core().basics().delete().delete(into);
    return Files.createDirectory(into);
  }

  private List<Integer> processes(ContainerId id) {
    return parts.core().cgroups().pids(parts.paths().cgroup(id));
  }

  private static void compare(FrozenMemory memory) {
    try {
      long began = System.nanoTime();
      memory.compare(COMPARE_THREADS);
      LOG.info(
          "what has changed was found in {} ms",
          TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    } catch (IOException e) {
      // All pages then count as changed.
      LOG.warn("memory was not compared: {}", e.getMessage());
    }
  }
}
