package io.nereid.nymph.memory;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import io.nereid.nymph.track.PageRanges;
import io.nereid.nymph.track.WriteTracking;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;

/**
 * The memory of frozen processes, for a dump in which CRIU has left it out: which pages are as a
 * {@link MemorySnapshot} has them, and the content of all others.
 *
 * <p>{@link #compare} may be done while CRIU is at work on the processes: nothing but CRIU touches
 * them, and what it changes for a while (a few instructions in executable memory) makes a page look
 * changed, never unchanged. {@link #write} reads what differs, after CRIU has let go of them, so
 * the outcome is exact.
 *
 * <p>Blocks; uses as many threads as it is given, each with a buffer of a quarter MiB outside the
 * heap.
 */
public final class FrozenMemory {
  private static final int PAGE_BYTES = PageHash.PAGE_BYTES;
  private static final int BUFFER_BYTES = 1 << 18;

  private final Path proc;
  private final MemorySnapshot before;
  private final Map<Integer, Integer> byIdInside;
  private final Map<Integer, BitSet> same = new HashMap<>();
  private Optional<MemorySnapshot> remembered = Optional.empty();
  private long tracked;
  private long compared;

  /**
   * Compares with a snapshot.
   *
   * @param pids on this host, of all processes of the container
   */
  public FrozenMemory(MemorySnapshot before, Collection<Integer> pids) {
    this(Path.of("/proc"), before, pids);
  }

  FrozenMemory(Path proc, MemorySnapshot before, Collection<Integer> pids) {
    this.proc = proc;
    this.before = before;
    this.byIdInside = ProcessIds.byIdInside(proc, pids);
  }

  /** The processes, by their ids inside the container. */
  public Set<Integer> idsInside() {
    return Set.copyOf(byIdInside.keySet());
  }

  /** The processes' ids on this host by those inside. */
  public Map<Integer, Integer> ids() {
    return Map.copyOf(byIdInside);
  }

  /** What came of it, in pages. */
  public record Outcome(long pages, long changed) {}

  /**
   * Finds out which pages are as the snapshot has them. A page that cannot be read counts as
   * changed.
   *
   * @param threads how many read and compare at the same time
   */
  public void compare(int threads) throws IOException {
    try (ExecutorService pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("frozen-memory-", 0).factory())) {
      for (Map.Entry<Integer, Integer> one : byIdInside.entrySet()) {
        Optional<PageRecord> record = before.record(one.getKey());
        if (record.isPresent()) {
          try (ProcessMemory memory = ProcessMemory.open(directory(one.getValue()))) {
            PageRanges unchanged =
                before.tracking().unchangedSince(one.getValue(), record.get().round());
            PageComparison found = PageComparison.of(memory, record.get(), unchanged, pool);
            same.put(one.getKey(), found.same());
            tracked += found.tracked();
            compared += found.compared();
          }
        }
      }
    }
  }

  /**
   * How {@link #compare} has found out.
   *
   * @param tracked pages of which the kernel knew that they are unchanged
   * @param compared pages that were read
   * @param whyNot why the kernel did not know of all processes; empty when it did
   */
  public record Found(long tracked, long compared, Optional<String> whyNot) {
    @Override
    public String toString() {
      String why = whyNot.map(w -> "; no write tracking of some: " + w).orElse("");
      return tracked == 0
          ? compared + " pages were compared" + whyNot.map(w -> ": " + w).orElse("")
          : "%d pages were known by write tracking, %d were compared%s"
              .formatted(tracked, compared, why);
    }
  }

  /**
   * {@link #write} is to remember what each page is, for a later snapshot of the same processes.
   * Takes 16 bytes a page.
   */
  public void remember() {
    remembered = Optional.of(before.ofFrozen());
  }

  /**
   * All pages that CRIU has left out, as they were when the processes were frozen. It takes the
   * tracking over from the snapshot with which they were compared, and must be closed instead of
   * it. Empty when that was not asked for.
   */
  public Optional<MemorySnapshot> remembered() {
    remembered.ifPresent(it -> it.takeOver(before));
    return remembered;
  }

  /** Nobody wants what is remembered. */
  public void forget() {
    remembered.ifPresent(MemorySnapshot::close);
    remembered = Optional.empty();
  }

  /** How it was found out. */
  public Found found() {
    WriteTracking tracking = before.tracking();
    return new Found(tracked, compared, tracking.whyNot());
  }

  private Path directory(int pid) {
    return proc.resolve(Integer.toString(pid));
  }

  /**
   * Writes a directory whose page maps say of each page that CRIU left out whether it is in the
   * snapshot ({@link PagemapFile#PARENT}) or here.
   *
   * @param images what CRIU has written
   * @param into existing empty directory
   * @throws IOException when a file cannot be read or written, or a page cannot be read: then the
   *     directory is of no use
   */
  public Outcome write(Path images, Path into) throws IOException {
    return write(images, into, area -> true, (memory, id, areas) -> different(id, areas));
  }

  /**
   * The same as {@link #write}, but only of what must be there before the processes run; compares
   * that itself. What may come later is in neither place.
   */
  public Outcome writeUrgent(Path images, Path into) throws IOException {
    return write(images, into, area -> !area.is(PagemapFile.LAZY), this::differentNow);
  }

  /** Which pages of areas differ, counted from the first page of the first area. */
  private interface Difference {
    BitSet of(ProcessMemory memory, int idInside, List<Area> areas) throws IOException;
  }

  private Outcome write(Path images, Path into, Predicate<Area> wanted, Difference difference)
      throws IOException {
    long pages = 0;
    long changed = 0;
    for (Map.Entry<Integer, Path> map : PagemapFile.all(images).entrySet()) {
      List<Area> left =
          PagemapFile.read(map.getValue()).areas().stream().filter(Area::isLeftOut).toList();
      if (left.isEmpty()) {
        continue;
      }
      int idInside = map.getKey();
      Integer pid = byIdInside.get(idInside);
      if (pid == null) {
        throw new IOException("no process of the container is called " + idInside + " inside");
      }
      List<Area> areas = left.stream().filter(wanted).toList();
      try (ProcessMemory memory = ProcessMemory.open(directory(pid))) {
        BitSet differ = difference.of(memory, idInside, areas);
        writeChanged(memory, idInside, areas, differ, into);
        changed += differ.cardinality();
        pages += areas.stream().mapToLong(Area::pages).sum();
      }
    }
    return new Outcome(pages, changed);
  }

  private BitSet differentNow(ProcessMemory memory, int idInside, List<Area> areas)
      throws IOException {
    BitSet differ = new BitSet();
    PageRecord record = before.record(idInside).orElse(null);
    PageRecord.Finder finder = record == null ? null : record.finder();
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    MemorySegment content = MemorySegment.ofBuffer(buffer);
    long[] two = new long[2];
    int at = 0;
    for (Area area : areas) {
      for (long address = area.address(); address < area.end(); ) {
        int count = (int) Math.min(BUFFER_BYTES / PAGE_BYTES, (area.end() - address) / PAGE_BYTES);
        if (memory.read(address, buffer, count * PAGE_BYTES) != count * PAGE_BYTES) {
          throw new IOException("process %d cannot be read at %x".formatted(idInside, address));
        }
        for (int i = 0; i < count; i++, at++, address += PAGE_BYTES) {
          long number = record == null ? -1 : finder.find(address);
          if (number < 0 || !record.same(number, content, (long) i * PAGE_BYTES, two)) {
            differ.set(at);
          }
        }
      }
    }
    return differ;
  }

  private BitSet different(int idInside, List<Area> areas) {
    BitSet differ = new BitSet();
    PageRecord.Finder record = before.record(idInside).map(PageRecord::finder).orElse(null);
    BitSet known = same.getOrDefault(idInside, new BitSet());
    int at = 0;
    for (Area area : areas) {
      for (long address = area.address(); address < area.end(); address += PAGE_BYTES) {
        long number = record == null ? -1 : record.find(address);
        if (number < 0 || !known.get((int) number)) {
          differ.set(at);
        }
        at = Math.incrementExact(at);
      }
    }
    return differ;
  }

  /** Writes pages one after the other; all of them must be there. */
  private record Copy(FileChannel out, PageRecord record, PageRecord.Finder before)
      implements PageGather.Use {
    @Override
    public void passed(long number, int count) {
      record.keep(number * PAGE_BYTES, count, before);
    }

    @Override
    public void pages(MemorySegment content, long offset, long number, int wanted, int read)
        throws IOException {
      if (read != wanted) {
        throw new IOException(
            "only %d of %d pages of a frozen process could be read, the first is page %d"
                .formatted(read, wanted, number));
      }
      if (record != null) {
        record.add(number * PAGE_BYTES, content.asSlice(offset, (long) read * PAGE_BYTES), read);
      }
    }

    @Override
    public void all(ByteBuffer content) throws IOException {
      while (content.hasRemaining()) {
        out.write(content);
      }
    }
  }

  private void writeChanged(
      ProcessMemory memory, int idInside, List<Area> areas, BitSet differ, Path into)
      throws IOException {
    List<Area> out = new ArrayList<>();
    PageRecord old = before.record(idInside).orElse(null);
    PageRecord record =
        remembered.map(it -> it.begin(idInside, old == null ? -1 : old.round())).orElse(null);
    PageRecord.Finder finder = old == null ? null : old.finder();
    try (FileChannel pages =
            FileChannel.open(
                into.resolve(PagemapFile.pagesName(idInside)),
                StandardOpenOption.CREATE_NEW,
                StandardOpenOption.WRITE);
        PageGather gather = PageGather.ofFrozen(memory, new Copy(pages, record, finder))) {
      int first = 0;
      for (Area area : areas) {
        int end = first + (int) area.pages();
        for (int at = first; at < end; ) {
          boolean changed = differ.get(at);
          int next = changed ? differ.nextClearBit(at) : differ.nextSetBit(at);
          int to = next < 0 ? end : Math.min(end, next);
          long address = area.address() + (long) (at - first) * PAGE_BYTES;
          out.add(new Area(address, to - at, changed ? PagemapFile.PRESENT : PagemapFile.PARENT));
          if (changed) {
            gather.add(address, to - at, address / PAGE_BYTES);
          } else if (record != null) {
            gather.pass(to - at, address / PAGE_BYTES);
          }
          at = to;
        }
        first = end;
      }
      gather.flush();
    }
    if (record != null) {
      record.finish();
    }
    new PagemapFile(idInside, out).write(into.resolve(PagemapFile.name(idInside)));
  }
}
