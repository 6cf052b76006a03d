package io.nereid.nymph.postcopy;

import io.nereid.nymph.criu.image.PageChain;
import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.criu.image.PagemapFile.Area;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The state of each page that comes after the restore: not known yet; known to be as it was sent
 * ahead, so that it is here; or arrived, in a file. A page that is known never changes again.
 * Thread-safe; {@link #await} blocks.
 */
final class RemotePages implements AutoCloseable {
  private static final int PAGE_BYTES = PagemapFile.PAGE_BYTES;
  private static final Set<StandardOpenOption> NEW =
      Set.of(
          StandardOpenOption.CREATE_NEW,
          StandardOpenOption.READ,
          StandardOpenOption.WRITE,
          StandardOpenOption.SPARSE);

  /** Pages that follow each other; {@code first} counts all pages before. */
  record Run(int process, long address, long pages, int first) {
    long end() {
      return address + pages * PAGE_BYTES;
    }

    /** The number of a page of it, among all pages. */
    int index(long page) {
      return first + (int) ((page - address) / PAGE_BYTES);
    }
  }

  private final PageChain ahead;
  private final FileChannel spool;
  private final List<Run> runs = new ArrayList<>();
  private final Map<Integer, TreeMap<Long, Run>> processes = new TreeMap<>();
  private final int total;
  private final BitSet known = new BitSet();
  private final BitSet arrived = new BitSet();
  private final BitSet asked = new BitSet();
  private int knownCount;
  private int arrivedCount;
  private long onDemand;
  private boolean closed;

  /**
   * Nothing is known yet.
   *
   * @param images of CRIU, whose page maps say which pages may come later
   * @param ahead what was sent ahead
   * @param spool file for what arrives; must not exist
   */
  RemotePages(Path images, PageChain ahead, Path spool) throws IOException {
    this.ahead = ahead;
    int count = 0;
    for (Run run : outstanding(images)) {
      runs.add(run);
      processes.computeIfAbsent(run.process(), p -> new TreeMap<>()).put(run.address(), run);
      count = Math.addExact(run.first(), Math.toIntExact(run.pages()));
    }
    total = count;
    this.spool =
        FileChannel.open(
            spool,
            NEW,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** All pages that come later, in the order in which both ends go through them. */
  static List<Run> outstanding(Path images) throws IOException {
    List<Run> runs = new ArrayList<>();
    int first = 0;
    for (Map.Entry<Integer, Path> map : PagemapFile.all(images).entrySet()) {
      for (Area area : PagemapFile.read(map.getValue()).areas()) {
        if (area.is(PagemapFile.LAZY) && area.isLeftOut()) {
          runs.add(new Run(map.getKey(), area.address(), area.pages(), first));
          first = Math.addExact(first, Math.toIntExact(area.pages()));
        }
      }
    }
    return runs;
  }

  /** How far it is, in pages. */
  record Count(long total, long known, long arrived, long onDemand) {
    boolean complete() {
      return known == total;
    }
  }

  synchronized Count count() {
    return new Count(total, knownCount, arrivedCount, onDemand);
  }

  /** The source says that pages are as they were sent ahead. */
  void same(Frame frame) throws IOException {
    Run run = run(frame);
    // What is said to be here must be here: a page that is nowhere is asked for otherwise.
    long here =
        ahead.find(frame.process(), frame.address(), frame.pages()).stream()
            .mapToLong(PageChain.Piece::bytes)
            .sum();
    if (here != (long) frame.pages() * PAGE_BYTES) {
      throw new IOException("pages were not sent ahead that are said to be as then");
    }
    synchronized (this) {
      int from = run.index(frame.address());
      known.set(from, from + frame.pages());
      changed();
    }
  }

  /** Pages have come. What is known already stays as it is. */
  void content(Frame frame, byte[] pages) throws IOException {
    Run run = run(frame);
    int from = run.index(frame.address());
    synchronized (this) {
      if (closed) {
        return;
      }
      for (int i = 0; i < frame.pages(); ) {
        int next = known.nextSetBit(from + i);
        int fresh = (next < 0 ? frame.pages() : Math.min(frame.pages(), next - from)) - i;
        if (fresh > 0) {
          write(
              ByteBuffer.wrap(pages, i * PAGE_BYTES, fresh * PAGE_BYTES),
              (long) (from + i) * PAGE_BYTES);
          arrived.set(from + i, from + i + fresh);
          known.set(from + i, from + i + fresh);
          arrivedCount += fresh;
        }
        i = known.nextClearBit(from + i) - from;
      }
      changed();
    }
  }

  private void write(ByteBuffer bytes, long offset) throws IOException {
    long at = offset;
    while (bytes.hasRemaining()) {
      at += spool.write(bytes, at);
    }
  }

  private void changed() {
    knownCount = known.cardinality();
    notifyAll();
  }

  /**
   * What has to be asked for among pages that somebody waits for; it counts as asked for from now
   * on.
   */
  synchronized List<Frame> ask(int process, long address, long pages) {
    return missing(process, address, pages, true);
  }

  /** The connection is another one: what was asked for must be asked for again. */
  synchronized List<Frame> askAgain() {
    List<Frame> all = new ArrayList<>();
    for (Run run : runs) {
      for (int at = asked.nextSetBit(run.first());
          at >= 0 && at < run.first() + run.pages();
          at = asked.nextSetBit(at)) {
        int end = Math.min(asked.nextClearBit(at), run.first() + (int) run.pages());
        all.addAll(
            missing(
                run.process(),
                run.address() + (long) (at - run.first()) * PAGE_BYTES,
                end - at,
                false));
        at = end;
      }
    }
    return all;
  }

  private List<Frame> missing(int process, long address, long pages, boolean onlyNew) {
    List<Frame> frames = new ArrayList<>();
    long end = address + pages * PAGE_BYTES;
    for (long at = address; at < end; ) {
      Run run = floor(process, at);
      if (run == null) {
        break;
      }
      int from = run.index(at);
      int to = run.index(Math.min(end, run.end()));
      for (int i = from; i < to; ) {
        if (known.get(i) || (onlyNew && asked.get(i))) {
          i++;
          continue;
        }
        int stop = i;
        while (stop < to
            && stop - i < Frame.PAGES_MAX
            && !known.get(stop)
            && !(onlyNew && asked.get(stop))) {
          stop++;
        }
        if (onlyNew) {
          onDemand += stop - i;
        }
        asked.set(i, stop);
        frames.add(
            new Frame(
                Frame.Kind.ASK,
                false,
                process,
                run.address() + (long) (i - run.first()) * PAGE_BYTES,
                stop - i));
        i = stop;
      }
      at = run.address() + (long) (to - run.first()) * PAGE_BYTES;
    }
    return frames;
  }

  /**
   * Where pages are, from the first on; waits until all of them are known.
   *
   * @throws IOException when the first is none of those that come, or nobody will bring them
   */
  List<PageChain.Piece> await(int process, long address, long pages) throws IOException {
    List<PageChain.Piece> pieces = new ArrayList<>();
    long end = address + pages * PAGE_BYTES;
    for (long at = address; at < end; ) {
      Run run;
      synchronized (this) {
        run = floor(process, at);
        if (run == null) {
          break;
        }
        long upTo = Math.min(end, run.end());
        awaitKnown(run.index(at), run.index(upTo));
      }
      while (at < Math.min(end, run.end())) {
        PageChain.Piece piece = piece(run, at, Math.min(end, run.end()));
        pieces.add(piece);
        at += piece.bytes();
      }
    }
    if (pieces.isEmpty()) {
      throw new IOException("page %x of process %d is not outstanding".formatted(address, process));
    }
    return pieces;
  }

  private void awaitKnown(int from, int to) throws IOException {
    try {
      while (known.nextClearBit(from) < to) {
        if (closed) {
          throw new IOException("no more pages come");
        }
        wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for pages", e);
    }
  }

  private PageChain.Piece piece(Run run, long at, long end) throws IOException {
    int from = run.index(at);
    boolean here;
    int to;
    synchronized (this) {
      here = arrived.get(from);
      int next = here ? arrived.nextClearBit(from) : arrived.nextSetBit(from);
      to = next < 0 ? Integer.MAX_VALUE : next;
    }
    long bytes = Math.min(end - at, (long) (to - from) * PAGE_BYTES);
    return here
        ? new PageChain.Piece(spool, (long) from * PAGE_BYTES, bytes)
        : ahead.find(run.process(), at, bytes / PAGE_BYTES).getFirst();
  }

  private Run run(Frame frame) throws IOException {
    Run run = floor(frame.process(), frame.address());
    if (run == null || frame.end() > run.end()) {
      throw new IOException("a message about pages that are not outstanding");
    }
    return run;
  }

  private Run floor(int process, long address) {
    TreeMap<Long, Run> mine = processes.get(process);
    Map.Entry<Long, Run> found = mine == null ? null : mine.floorEntry(address);
    return found == null || address >= found.getValue().end() ? null : found.getValue();
  }

  /** Nothing comes any more: who waits gets an error. */
  synchronized void noMore() {
    closed = true;
    notifyAll();
  }

  @Override
  public void close() {
    noMore();
    try {
      spool.close();
    } catch (IOException e) {
      // It goes with its directory.
      return;
    }
  }
}
