package io.nereid.nymph.snapshot;

import io.nereid.domain.id.ContainerId;
import io.nereid.domain.id.SnapshotId;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.memory.MemorySnapshot;
import io.nereid.port.SnapshotPort;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the memory of containers since their newest snapshot, so that the next one need
 * not read all of it: a hash of each page, which the kernel says were written since, and where each
 * is in the snapshot. Only a saving: it is given up when the container has ended, after a time, or
 * when it is too much, and what follows is read as if nothing had been known. Thread-safe.
 */
final class KeptMemory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeptMemory.class);

  /** The first write to a page costs the container a little as long as its writes are tracked. */
  private static final Duration UNUSED_MAX = Duration.ofHours(1);

  private static final Duration LOOK = Duration.ofSeconds(30);

  /** Of 64 GiB of memory. */
  private static final long BYTES_MAX = 256L << 20;

  private final SnapshotPort store;
  private final Predicate<ContainerId> isRunning;
  private final Map<ContainerId, Kept> all = new HashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("kept-memory").factory());
  private boolean closed;

  /**
   * Prepares.
   *
   * @param isRunning whether a container is still here, with processes
   */
  KeptMemory(SnapshotPort store, Predicate<ContainerId> isRunning) {
    this.store = store;
    this.isRunning = isRunning;
    clock.scheduleWithFixedDelay(
        this::look, LOOK.toMillis(), LOOK.toMillis(), TimeUnit.MILLISECONDS);
  }

  private record Kept(
      SnapshotId base, MemorySnapshot memory, Map<Integer, PagemapFile> pages, long sinceNanos) {}

  /**
   * What a snapshot can be based on.
   *
   * @param base is not removed before this is closed
   * @param memory as it was then; closed by whoever reads on from it, or with this
   * @param pages where its pages are in the base's images, by process
   */
  record Known(
      SnapshotId base,
      MemorySnapshot memory,
      Map<Integer, PagemapFile> pages,
      SnapshotPort.Hold hold)
      implements AutoCloseable {
    @Override
    public void close() {
      memory.close();
      hold.close();
    }
  }

  /** What is known of a container; it is the caller's then. */
  Optional<Known> take(ContainerId id) {
    Kept kept;
    synchronized (this) {
      kept = all.remove(id);
    }
    if (kept == null) {
      return Optional.empty();
    }
    Optional<SnapshotPort.Hold> hold = store.hold(kept.base());
    if (hold.isEmpty()) {
      LOG.info("all memory of container {} is read again: {} is no base", id, kept.base());
      kept.memory().close();
      return Optional.empty();
    }
    return Optional.of(new Known(kept.base(), kept.memory(), kept.pages(), hold.get()));
  }

  /**
   * Keeps what is known since a snapshot.
   *
   * @param memory closed by this
   * @param images complete, as they were stored
   */
  void keep(ContainerId id, SnapshotId base, MemorySnapshot memory, Path images) {
    try {
      Map<Integer, PagemapFile> pages = new HashMap<>();
      for (Map.Entry<Integer, Path> map : PagemapFile.all(images).entrySet()) {
        pages.put(map.getKey(), PagemapFile.read(map.getValue()));
      }
      put(id, new Kept(base, memory, Map.copyOf(pages), System.nanoTime()));
    } catch (IOException e) {
      LOG.info("the memory of container {} is not remembered: {}", id, e.getMessage());
      memory.close();
    }
  }

  private synchronized void put(ContainerId id, Kept kept) {
    if (closed) {
      kept.memory().close();
      return;
    }
    Kept before = all.put(id, kept);
    if (before != null) {
      before.memory().close();
    }
    while (bytes() > BYTES_MAX) {
      all.entrySet().stream()
          .min(Comparator.comparing(one -> one.getValue().sinceNanos() - System.nanoTime()))
          .ifPresent(oldest -> giveUp(oldest.getKey(), "there is too much of it"));
    }
  }

  private long bytes() {
    return all.values().stream().mapToLong(kept -> kept.memory().rememberedBytes()).sum();
  }

  private synchronized void giveUp(ContainerId id, String why) {
    Kept kept = all.remove(id);
    if (kept != null) {
      LOG.info("the memory of container {} is not remembered any longer: {}", id, why);
      kept.memory().close();
    }
  }

  private void look() {
    try {
      Map<ContainerId, Kept> now;
      synchronized (this) {
        now = Map.copyOf(all);
      }
      now.forEach((id, kept) -> {
        if (System.nanoTime() - kept.sinceNanos() > UNUSED_MAX.toNanos()) {
          giveUp(id, "no snapshot was taken for " + UNUSED_MAX.toMinutes() + " minutes");
        } else if (!isRunning.test(id)) {
          giveUp(id, "it does not run here");
        }
      });
    } catch (RuntimeException e) {
      // The next look tries again; a task that throws is never run again.
      LOG.warn("looking at what is remembered of memory failed", e);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
    synchronized (this) {
      closed = true;
      all.values().forEach(kept -> kept.memory().close());
      all.clear();
    }
  }
}
