package io.nereid.transfer.pull;

import io.nereid.domain.id.NodeId;
import io.nereid.port.Loan;
import io.nereid.transfer.socket.FrameBuffers;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches spans from all hosts that lend them: each host takes the next one that it has when it has
 * room for more, so a fast one gets more of them; what a host has not given in time is also asked
 * of another one. Whatever a host cannot give, or gives wrongly, others are asked for. Any number
 * of threads.
 */
public final class PullPool implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PullPool.class);

  /** Hosts that are asked at the same time. */
  public static final int SOURCES_MAX = 8;

  /** What takes longer than this is asked of a second host that has nothing to do. */
  private static final long LATE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Vertx vertx;
  private final FrameBuffers buffers;
  private final ExecutorService workers;
  private final List<PullSource> sources = new ArrayList<>();
  private final Deque<Span> waiting = new ArrayDeque<>();
  private final Set<Span> underWay = new HashSet<>();
  private final Map<NodeId, Long> bytesFrom = new TreeMap<>();
  private long backlog;
  private IOException failure;
  private boolean closed;

  /**
   * Begins with nobody.
   *
   * @param workers on which what arrives is taken
   */
  public PullPool(Vertx vertx, FrameBuffers buffers, ExecutorService workers) {
    this.vertx = vertx;
    this.buffers = buffers;
    this.workers = workers;
  }

  /** What the same content is called at all hosts. */
  public static String treeOf(Loan.Item item) {
    return item.layer().map(l -> "layer " + l).orElseGet(() -> item.kind() + " " + item.manifest());
  }

  /** One more host to ask; more than {@link #SOURCES_MAX} are not asked. */
  public void add(Loan loan) {
    PullSource source = new PullSource(this, vertx, buffers, loan);
    synchronized (this) {
      if (closed || sources.size() >= SOURCES_MAX) {
        return;
      }
      sources.add(source);
    }
    Thread.ofVirtual().name("pull-" + loan.host()).start(source::run);
  }

  /** Fetches something; it is lost at once when no host has it. */
  public void fetch(Span span) {
    boolean possible;
    synchronized (this) {
      possible = !closed && possible(span);
      if (possible) {
        waiting.add(span);
        backlog += span.bytes;
        notifyAll();
      }
    }
    if (!possible) {
      span.lost();
    }
  }

  private boolean possible(Span span) {
    return sources.stream().anyMatch(s -> usable(s, span));
  }

  private static boolean usable(PullSource source, Span span) {
    return source.ended() == null && source.has(span.tree) && !span.cannot.contains(source);
  }

  /** Whether any host that still gives something has this. */
  public synchronized boolean has(String tree) {
    return sources.stream().anyMatch(s -> s.ended() == null && s.has(tree));
  }

  /** Bytes that were asked for and have not been settled. */
  public synchronized long backlog() {
    return backlog;
  }

  /** What all hosts together have given lately, bytes a second; 0 when that is not known. */
  public synchronized double bytesPerSecond() {
    return sources.stream()
        .filter(s -> s.ended() == null)
        .mapToDouble(PullSource::bytesPerSecond)
        .sum();
  }

  /** Bytes of content that each host has given and that were good. */
  public synchronized Map<NodeId, Long> bytesFrom() {
    return new TreeMap<>(bytesFrom);
  }

  /** Why hosts have been given up, for people. */
  public synchronized Optional<String> complaint() {
    return sources.stream()
        .filter(s -> s.ended() != null)
        .findFirst()
        .map(s -> "host " + s.host() + ": " + s.ended());
  }

  /**
   * Waits until nothing is under way, at most so long.
   *
   * @return whether nothing is
   * @throws IOException when something that arrived could not be written
   */
  public synchronized boolean awaitIdle(long ms) throws IOException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    try {
      while (backlog > 0 && failure == null && !closed) {
        long left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
        if (left <= 0) {
          return false;
        }
        wait(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new java.io.InterruptedIOException("interrupted while fetching");
    }
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    return backlog == 0;
  }

  /** Throws when something that arrived could not be written, or it is closed. */
  synchronized void check() throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    if (closed) {
      throw new IOException("nothing is fetched any more");
    }
  }

  /** Gives up everything that has not arrived. */
  public void giveUp() {
    List<Span> lost;
    synchronized (this) {
      lost = new ArrayList<>(waiting);
      lost.addAll(underWay);
      waiting.clear();
      underWay.clear();
      lost.forEach(this::settle);
    }
    lost.forEach(Span::lost);
  }

  /** On a source's thread: what to ask it for next, waiting a while for something; or null. */
  synchronized Span next(PullSource source, long waitMs) throws InterruptedException {
    Span next = first(source);
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(waitMs);
    for (long left = waitMs; next == null && !closed && left > 0; ) {
      wait(left);
      next = first(source);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
    if (next != null) {
      next.asked.add(source);
      next.askedNanos = System.nanoTime();
      underWay.add(next);
    }
    return next;
  }

  private Span first(PullSource source) {
    if (closed || source.ended() != null) {
      return null;
    }
    for (Iterator<Span> all = waiting.iterator(); all.hasNext(); ) {
      Span span = all.next();
      if (usable(source, span)) {
        all.remove();
        return span;
      }
    }
    for (Span span : underWay) {
      boolean late = System.nanoTime() - span.askedNanos > LATE_NANOS;
      if (late && span.asked.size() == 1 && !span.asked.contains(source) && usable(source, span)) {
        return span;
      }
    }
    return null;
  }

  /** On a source's thread: waits until it has room for more, a while. */
  synchronized void pause(PullSource source, long ms) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(ms);
    for (long left = ms; left > 0 && source.full() && source.ended() == null && !closed; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
  }

  synchronized boolean closed() {
    return closed;
  }

  void arrived(PullSource from, Span span, byte[] data) {
    try {
      workers.execute(() -> {
        take(from, span, data);
        buffers.giveBack(data);
      });
    } catch (RejectedExecutionException e) {
      buffers.giveBack(data);
      close();
    }
  }

  private void take(PullSource from, Span span, byte[] data) {
    // One after the other: who asked may go on as soon as one of two equal answers is settled.
    synchronized (span) {
      takeAlone(from, span, data);
    }
  }

  private void takeAlone(PullSource from, Span span, byte[] data) {
    synchronized (this) {
      notifyAll();
      if (span.settled || closed) {
        return;
      }
    }
    try {
      if (!span.take(data, from.host())) {
        log.warn("host {} gives content that is not what its digest says", from.host());
        from.broken("it gives wrong content");
        return;
      }
    } catch (IOException | RuntimeException | InternalError e) {
      fail(e);
      return;
    }
    synchronized (this) {
      if (!span.settled) {
        bytesFrom.merge(from.host(), (long) span.bytes, Long::sum);
      }
      settle(span);
    }
  }

  /** Under the lock. */
  private void settle(Span span) {
    if (!span.settled) {
      span.settled = true;
      backlog -= span.bytes;
    }
    underWay.remove(span);
    notifyAll();
  }

  private void fail(Throwable e) {
    synchronized (this) {
      if (failure == null) {
        failure = e instanceof IOException io ? io : new IOException(e);
      }
      notifyAll();
    }
    giveUp();
  }

  /** It does not have what it said to have. */
  void refused(PullSource source, Span span) {
    again(source, List.of(span));
  }

  /** It gives nothing any more. */
  void gone(PullSource source) {
    List<Span> stranded;
    synchronized (this) {
      stranded = new ArrayList<>();
      for (Span span : underWay) {
        if (span.asked.contains(source)) {
          stranded.add(span);
        }
      }
      for (Span span : waiting) {
        if (!possible(span)) {
          stranded.add(span);
        }
      }
    }
    again(source, stranded);
  }

  private void again(PullSource not, List<Span> spans) {
    List<Span> lost = new ArrayList<>();
    synchronized (this) {
      for (Span span : spans) {
        span.cannot.add(not);
        span.asked.remove(not);
        if (span.settled || !span.asked.isEmpty()) {
          continue;
        }
        underWay.remove(span);
        waiting.remove(span);
        if (possible(span)) {
          waiting.addFirst(span);
        } else {
          settle(span);
          lost.add(span);
        }
      }
      notifyAll();
    }
    lost.forEach(Span::lost);
  }

  /** Nothing more is fetched; what has not arrived is not told to be lost. */
  @Override
  public void close() {
    List<PullSource> ending;
    synchronized (this) {
      closed = true;
      ending = List.copyOf(sources);
      notifyAll();
    }
    ending.forEach(s -> s.broken("no more is needed"));
  }
}
