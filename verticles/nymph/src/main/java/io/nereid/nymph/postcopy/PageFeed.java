package io.nereid.nymph.postcopy;

import io.nereid.nymph.criu.image.PagemapFile;
import io.nereid.nymph.postcopy.RemotePages.Run;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The source's end: tells of every page of the frozen container, in their order, whether it is as
 * it was sent ahead, or else what is in it; and of those that somebody waits for before all others.
 * Connects again for as long as it is wanted. What the pages are is found out by others meanwhile.
 */
final class PageFeed {
  private static final int PAGE_BYTES = PagemapFile.PAGE_BYTES;
  private static final long AGAIN_MS = 250;
  private static final int ASKS_MAX = 100_000;

  /** The frozen memory. */
  interface Memory {
    /** Which of some pages are as they were sent ahead. */
    BitSet same(int process, long address, int pages) throws IOException;

    /** Reads pages into the beginning of an array. */
    void read(int process, long address, int pages, byte[] into) throws IOException;
  }

  /** Makes connections to the target. */
  interface Connector {
    Socket connect() throws IOException;
  }

  private final Connector connector;
  private final Secret secret;
  private final Consumer<String> log;
  private final Runnable connected;
  private final Queue<Frame> asks = new ArrayDeque<>();
  private final byte[] content = new byte[Frame.CONTENT_PAGES_MAX * PAGE_BYTES];
  private Memory memory;
  private Walk walk;
  private Frame from;
  private boolean broken;
  private boolean closed;
  private boolean ended;

  /**
   * Does nothing before {@link #run}.
   *
   * @param connected called after each connection that the target has accepted
   */
  PageFeed(Connector connector, Secret secret, Consumer<String> log, Runnable connected) {
    this.connector = connector;
    this.secret = secret;
    this.log = log;
    this.connected = connected;
  }

  /**
   * The container is frozen.
   *
   * @param runs all pages that come later
   * @param threads find out what the pages are
   * @param window how many pieces of work they may have at a time
   */
  synchronized void begin(Memory frozen, List<Run> runs, Executor threads, int window) {
    memory = frozen;
    walk = new Walk(frozen, runs, threads, window, this::wake);
    notifyAll();
  }

  private synchronized void wake() {
    notifyAll();
  }

  synchronized void close() {
    closed = true;
    notifyAll();
  }

  /**
   * Feeds until it is closed.
   *
   * @throws MemoryGoneException when the memory cannot be read any more
   */
  void run() throws InterruptedException {
    while (!isClosed()) {
      try (FeedLink link = FeedLink.ofSource(connector.connect(), secret)) {
        reset();
        connected.run();
        Thread.ofVirtual().name("feed-read").start(() -> listen(link));
        serve(link);
      } catch (IOException e) {
        log.accept("no connection to the target: " + e.getMessage());
        pause();
      }
    }
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void pause() throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(AGAIN_MS);
    for (long left = AGAIN_MS; !closed && left > 0; ) {
      wait(left);
      left = TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime());
    }
  }

  private synchronized void reset() {
    asks.clear();
    from = null;
    broken = false;
    ended = false;
  }

  private void listen(FeedLink link) {
    try {
      while (true) {
        Frame frame = link.receive();
        switch (frame.kind()) {
          case PING -> link.send(Frame.of(Frame.Kind.PONG));
          case FROM -> asked(frame, true);
          case ASK -> asked(frame, false);
          case SAME, CONTENT, END, PONG ->
              throw new IOException("the target must not send " + frame.kind());
        }
      }
    } catch (IOException e) {
      if (!isClosed()) {
        log.accept("the connection to the target has ended: " + e.getMessage());
      }
      link.close();
      synchronized (this) {
        broken = true;
        notifyAll();
      }
    }
  }

  private synchronized void asked(Frame frame, boolean position) throws IOException {
    if (position) {
      from = frame;
    } else if (asks.size() >= ASKS_MAX) {
      throw new IOException("more than " + ASKS_MAX + " questions are open");
    } else {
      asks.add(frame);
    }
    notifyAll();
  }

  private void serve(FeedLink link) throws IOException, InterruptedException {
    boolean positioned = false;
    while (true) {
      Frame ask;
      synchronized (this) {
        while (!closed && !broken && !hasWork(positioned)) {
          wait();
        }
        if (closed || broken) {
          return;
        }
        ask = asks.poll();
        if (!positioned) {
          walk.seek(from.process(), from.address());
          positioned = true;
        }
      }
      if (ask != null) {
        answer(link, ask);
      } else {
        goOn(link);
      }
    }
  }

  private boolean hasWork(boolean positioned) {
    return walk != null
        && from != null
        && (!positioned || !asks.isEmpty() || (walk.isReady() && !ended));
  }

  private void goOn(FeedLink link) throws IOException {
    Walk.Part part = walk.next();
    if (part != null) {
      send(link, part.run().process(), part.address(), part.pages(), part.same(), true);
    } else if (walk.atEnd()) {
      link.send(Frame.of(Frame.Kind.END));
      ended = true;
    }
  }

  private void answer(FeedLink link, Frame ask) throws IOException {
    for (long at = ask.address(); at < ask.end(); ) {
      Run run = walk.run(ask.process(), at);
      if (run == null) {
        throw new IOException("the target asks for pages that are not outstanding");
      }
      int pages =
          (int)
              Math.min(Frame.CONTENT_PAGES_MAX, (Math.min(run.end(), ask.end()) - at) / PAGE_BYTES);
      BitSet same = same(run.process(), at, pages);
      for (int i = 0; i < pages; ) {
        boolean as = same.get(i);
        int next = as ? same.nextClearBit(i) : same.nextSetBit(i);
        int to = next < 0 ? pages : Math.min(pages, next);
        long address = at + (long) i * PAGE_BYTES;
        send(link, run.process(), address, to - i, as, false);
        walk.told(run, address, to - i);
        i = to;
      }
      at += (long) pages * PAGE_BYTES;
    }
  }

  private BitSet same(int process, long address, int pages) {
    try {
      return memory.same(process, address, pages);
    } catch (IOException e) {
      throw new MemoryGoneException(e);
    }
  }

  private void send(
      FeedLink link, int process, long address, int pages, boolean same, boolean streamed)
      throws IOException {
    Frame.Kind kind = same ? Frame.Kind.SAME : Frame.Kind.CONTENT;
    if (!same) {
      try {
        memory.read(process, address, pages, content);
      } catch (IOException e) {
        throw new MemoryGoneException(e);
      }
    }
    link.send(new Frame(kind, streamed, process, address, pages), content);
  }

  /** The frozen container is not there any more. */
  static final class MemoryGoneException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MemoryGoneException(Throwable cause) {
      super("the frozen memory cannot be read: " + cause.getMessage(), cause);
    }
  }
}
