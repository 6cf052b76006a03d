package io.nereid.nymph.memory;

import io.nereid.nymph.track.Trackers;
import io.nereid.nymph.track.WriteTracking;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;

/**
 * The memory of running processes, copied without freezing them into files like CRIU's: for each
 * process a page map and its pages.
 *
 * <p>The pages may be torn and belong to different moments: they are not a checkpoint. They are
 * what {@link FrozenMemory} compares the frozen processes with, so that only what differs has to
 * travel then. Every race with the processes (they exit, map and unmap) only costs a page of
 * usefulness.
 *
 * <p>Where the kernel tells which pages were written, only those are read in further rounds. The
 * newest snapshot is the one that ends the tracking.
 *
 * <p>{@link #next} reads once more and writes only what differs; its page maps refer to the files
 * of this one as CRIU's incremental dumps refer to their parents.
 *
 * <p>Remembers a hash of each page until it is closed, 16 bytes. Making it blocks and uses, for
 * each thread, a buffer of a quarter MiB outside the heap.
 */
public final class MemorySnapshot implements AutoCloseable {
  /** The unit of content. */
  public static final int PAGE_BYTES = PageHash.PAGE_BYTES;

  private static final ThreadFactory PLAIN =
      Thread.ofPlatform().daemon().name("memory-ahead-", 0).factory();

  private final Arena arena = Arena.ofShared();
  private final Path proc;
  private final PageHash hash;
  private final Map<Integer, PageRecord> records = new ConcurrentHashMap<>();
  private final Map<Integer, Long> anonymousPages = new ConcurrentHashMap<>();
  private final long beganNanos = System.nanoTime();
  private final WriteTracking tracking;
  private volatile boolean newest = true;
  private boolean further;
  private long endedNanos;
  private long bytes;

  private MemorySnapshot(Path proc, PageHash hash, WriteTracking tracking) {
    this.proc = proc;
    this.hash = hash;
    this.tracking = tracking;
  }

  /** Whether to go on; asked about once per MiB. */
  public interface Continue {
    /** False ends the reading early. */
    boolean wanted();
  }

  /**
   * How to read.
   *
   * @param threads at the same time, for one process each
   */
  public record Effort(int threads, ThreadFactory factory) {
    /** One thread like any other. */
    public static final Effort PLAIN = new Effort(1, MemorySnapshot.PLAIN);
  }

  /**
   * Reads the present private pages of each process.
   *
   * @param pids on this host
   * @param images existing directory; gets {@code pagemap-N.img} and {@code pages-N.img} for each
   *     process, with its id inside the container
   * @param bytesMax stops after so much content
   * @throws IOException when a file cannot be written; never because of a process
   */
  public static MemorySnapshot take(
      Collection<Integer> pids, Path images, long bytesMax, Continue more) throws IOException {
    return take(pids, images, bytesMax, more, Effort.PLAIN);
  }

  /** The same with more threads, or with threads of another kind. */
  public static MemorySnapshot take(
      Collection<Integer> pids, Path images, long bytesMax, Continue more, Effort effort)
      throws IOException {
    return take(pids, images, bytesMax, more, effort, WriteTracking.none());
  }

  /**
   * The same, with the kernel's help in what follows.
   *
   * @param tracking closed with this, or when this fails
   */
  public static MemorySnapshot take(
      Collection<Integer> pids,
      Path images,
      long bytesMax,
      Continue more,
      Effort effort,
      WriteTracking tracking)
      throws IOException {
    Path proc = Path.of("/proc");
    return new MemorySnapshot(proc, new PageHash(), tracking)
        .read(Optional.empty(), pids, images, bytesMax, more, effort);
  }

  /**
   * Reads all of it once more: maps and processes as they are now. What is as in this snapshot is
   * not written again. This one is needed until that is done, its files until they are of no use.
   *
   * @param images existing directory for what has changed
   */
  public MemorySnapshot next(
      Collection<Integer> pids, Path images, long bytesMax, Continue more, Effort effort)
      throws IOException {
    // When that fails, what was written before it is forgotten: the tracking ends with it.
    newest = false;
    return new MemorySnapshot(proc, hash, tracking)
        .read(Optional.of(this), pids, images, bytesMax, more, effort);
  }

  /** A snapshot of frozen processes that is compared like this one; nothing is in it yet. */
  MemorySnapshot ofFrozen() {
    MemorySnapshot frozen = new MemorySnapshot(proc, hash, tracking);
    frozen.newest = false;
    frozen.further = true;
    frozen.endedNanos = System.nanoTime();
    return frozen;
  }

  /** A record to be filled; what is unchanged since a round is as it is there. */
  PageRecord begin(int idInside, long round) {
    PageRecord record = new PageRecord(arena, hash);
    record.round(round);
    records.put(idInside, record);
    return record;
  }

  /** From now on this one ends the tracking, instead of the one with which it was compared. */
  void takeOver(MemorySnapshot other) {
    if (other.newest) {
      newest = true;
      other.newest = false;
    }
  }

  /** How much processes have in memory that is their own. */
  public static long residentBytes(Collection<Integer> pids) {
    long pages = 0;
    for (int pid : pids) {
      pages += ResidentPages.anonymous(Path.of("/proc", Integer.toString(pid)));
    }
    return pages * PAGE_BYTES;
  }

  private MemorySnapshot read(
      Optional<MemorySnapshot> before,
      Collection<Integer> pids,
      Path images,
      long bytesMax,
      Continue more,
      Effort effort)
      throws IOException {
    further = before.isPresent() && tracking.followed() > 0;
    SnapshotWriter writer = new SnapshotWriter(arena, hash, images, bytesMax, more);
    try (ExecutorService pool = Executors.newFixedThreadPool(effort.threads(), effort.factory())) {
      List<Future<Void>> all = new ArrayList<>();
      ProcessIds.byIdInside(proc, pids)
          .forEach((idInside, pid) -> {
            Callable<Void> work =
                () -> {
                  Path process = proc.resolve(pid.toString());
                  long anonymous = ResidentPages.anonymous(process);
                  PageRecord old = before.map(b -> b.records.get(idInside)).orElse(null);
                  writer
                      .process(process, pid, idInside, old, tracking)
                      .ifPresent(record -> {
                        records.put(idInside, record);
                        anonymousPages.put(idInside, anonymous);
                      });
                  return null;
                };
            all.add(pool.submit(work));
          });
      for (Future<Void> one : all) {
        await(one);
      }
      bytes = writer.bytes();
      endedNanos = System.nanoTime();
      return this;
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void await(Future<Void> future) throws IOException {
    try {
      future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while reading memory", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }
  }

  /**
   * Looks at some pages again.
   *
   * @param pids that make up the container now
   * @param pages how many to look at, or all when there are fewer
   */
  public Sample sample(Collection<Integer> pids, int pages) {
    return Sample.take(proc, this, pids, pages);
  }

  /** How long it took to read and to write. */
  public long tookMs() {
    return (endedNanos - beganNanos) / 1_000_000;
  }

  /**
   * How long it would take to read as much of what was changed as is given, and all that has to be
   * compared; 1 at least.
   */
  public long rereadMs(long changedBytes) {
    boolean onlyChanged = tracking.followed() > 0 && bytes > 0;
    double share = onlyChanged ? Math.min(1, changedBytes / (double) bytes) : 1;
    return Math.max(1, Math.round(tookMs() * share));
  }

  /** How old what it remembers is on average; 1 at least. */
  public long ageMs() {
    // Of a later round most was known to be unchanged when it began.
    long read = further ? 0 : endedNanos - beganNanos;
    return Math.max(1, (System.nanoTime() - beganNanos - read / 2) / 1_000_000);
  }

  /** Bytes of content that were written. */
  public long bytes() {
    return bytes;
  }

  /** Bytes of content that were read and are remembered. */
  public long memoryBytes() {
    return records.values().stream().mapToLong(PageRecord::pages).sum() * PAGE_BYTES;
  }

  /** What was read of a process, by its id inside the container. */
  Optional<PageRecord> record(int idInside) {
    return Optional.ofNullable(records.get(idInside));
  }

  /** How further rounds find out what has changed, in words. */
  public String changesFoundBy() {
    String why = tracking.whyNot().map(w -> " (" + w + ")").orElse("");
    return tracking.followed() == 0
        ? "comparison" + why
        : "write tracking" + (why.isEmpty() ? "" : " and comparison" + why);
  }

  /** Who knows what was written since. */
  WriteTracking tracking() {
    return tracking;
  }

  Map<Integer, PageRecord> records() {
    return records;
  }

  /** How many anonymous pages a process had when it was read; 0 when it was not. */
  long anonymousPages(int idInside) {
    return anonymousPages.getOrDefault(idInside, 0L);
  }

  /** Outside the heap, for what is remembered. */
  public long rememberedBytes() {
    return memoryBytes() / PAGE_BYTES * 16;
  }

  /** Lets processes that were not there before be tracked, too. */
  public void track(Trackers trackers, Collection<Integer> pids) {
    trackers.extend(tracking, pids, residentBytes(pids));
  }

  /** Writes what is remembered into a new file, for {@link FrozenPages}. */
  public void save(Path file) throws IOException {
    SavedHashes.write(file, hash, records);
  }

  /** Forgets the hashes; the newest one ends the tracking. The files stay. */
  @Override
  public void close() {
    if (newest) {
      tracking.close();
    }
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
