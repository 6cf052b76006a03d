package io.nereid.nymph.postcopy;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The target's end of the way to the source: lets the page feed in as often as it comes, puts what
 * it tells into place, and asks it for what somebody waits for. A connection that breaks costs
 * nothing but time: the next one goes on from where all was there, and is asked again. Thread-safe.
 */
final class FeedServer implements AutoCloseable {
  private static final int STRANGERS_MAX = 8;
  private static final long PING_MS = 1_000;
  private final ServerSocket listening;
  private final Secret secret;
  private final Consumer<String> log;
  private final Semaphore greeting = new Semaphore(STRANGERS_MAX);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ended = lock.newCondition();
  private RemotePages pages;
  private FeedLink link;
  private Frame next = Frame.of(Frame.Kind.FROM);
  private boolean closed;

  /**
   * Lets nobody in yet.
   *
   * @param log gets a sentence now and then
   */
  FeedServer(ServerSocket listening, Secret secret, Consumer<String> log) {
    this.listening = listening;
    this.secret = secret;
    this.log = log;
  }

  void start() {
    Thread.ofVirtual().name("feed-accept").start(this::accept);
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        if (greeting.tryAcquire()) {
          Thread.ofVirtual().name("feed").start(() -> serve(socket));
        } else {
          socket.close();
        }
      } catch (IOException e) {
        if (!listening.isClosed()) {
          log.accept("a connection was not accepted: " + e.getMessage());
        }
      }
    }
  }

  private void serve(Socket socket) {
    FeedLink mine;
    try {
      mine = FeedLink.ofTarget(socket, secret);
    } catch (IOException e) {
      log.accept("a connection was refused: " + e.getMessage());
      return;
    } finally {
      greeting.release();
    }
    try (mine) {
      Optional<RemotePages> now = adopt(mine);
      if (now.isPresent()) {
        begin(mine);
      }
      Thread.ofVirtual().name("feed-ping").start(() -> ping(mine));
      while (true) {
        take(mine, mine.receive());
      }
    } catch (IOException e) {
      if (!isClosed()) {
        log.accept("the connection to the source has ended: " + e.getMessage());
      }
    } finally {
      leave(mine);
    }
  }

  /** There is one feed: a newer connection is the same one, come again. */
  private Optional<RemotePages> adopt(FeedLink fresh) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw new IOException("nothing is wanted any more");
      }
      if (link != null) {
        link.close();
      }
      link = fresh;
      return Optional.ofNullable(pages);
    } finally {
      lock.unlock();
    }
  }

  private void leave(FeedLink old) {
    lock.lock();
    try {
      if (link == old) {
        link = null;
      }
      ended.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** From now on pages are wanted. */
  void bring(RemotePages wanted) {
    FeedLink there;
    lock.lock();
    try {
      pages = wanted;
      there = link;
    } finally {
      lock.unlock();
    }
    if (there != null) {
      try {
        begin(there);
      } catch (IOException e) {
        there.close();
      }
    }
  }

  private void begin(FeedLink there) throws IOException {
    Frame from;
    RemotePages wanted;
    lock.lock();
    try {
      from = next;
      wanted = pages;
    } finally {
      lock.unlock();
    }
    there.send(from);
    for (Frame ask : wanted.askAgain()) {
      there.send(ask);
    }
  }

  private void take(FeedLink from, Frame frame) throws IOException {
    RemotePages wanted;
    lock.lock();
    try {
      if (link != from) {
        throw new IOException("there is a newer connection");
      }
      wanted = pages;
    } finally {
      lock.unlock();
    }
    if (wanted == null && frame.kind() != Frame.Kind.PONG) {
      throw new IOException("the source sends " + frame.kind() + " before it was asked");
    }
    switch (frame.kind()) {
      case SAME -> wanted.same(frame);
      case CONTENT -> wanted.content(frame, from.content());
      case PONG -> {}
      case END -> end(wanted);
      case FROM, ASK, PING -> throw new IOException("the source must not send " + frame.kind());
    }
    if (frame.streamed()) {
      lock.lock();
      try {
        next = new Frame(Frame.Kind.FROM, false, frame.process(), frame.end(), 0);
      } finally {
        lock.unlock();
      }
    }
  }

  private void end(RemotePages wanted) throws IOException {
    RemotePages.Count count = wanted.count();
    if (!count.complete()) {
      lock.lock();
      try {
        next = Frame.of(Frame.Kind.FROM);
      } finally {
        lock.unlock();
      }
      throw new IOException(
          "the source says that this is all, but %d of %d pages are not here"
              .formatted(count.total() - count.known(), count.total()));
    }
    log.accept("the source has told of all " + count.total() + " pages");
  }

  private void ping(FeedLink to) {
    lock.lock();
    try {
      while (link == to && !closed) {
        lock.unlock();
        try {
          to.send(Frame.of(Frame.Kind.PING));
        } finally {
          lock.lock();
        }
        if (ended.await(PING_MS, TimeUnit.MILLISECONDS)) {
          continue;
        }
      }
    } catch (IOException e) {
      to.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Somebody waits for these pages. */
  void ask(int process, long address, long count) {
    FeedLink there;
    List<Frame> asks;
    lock.lock();
    try {
      asks = pages.ask(process, address, count);
      there = link;
    } finally {
      lock.unlock();
    }
    if (there != null) {
      try {
        for (Frame ask : asks) {
          there.send(ask);
        }
      } catch (IOException e) {
        // The next connection is asked again.
        there.close();
      }
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (link != null) {
        link.close();
      }
      ended.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      listening.close();
    } catch (IOException e) {
      // It ends with the program.
      return;
    }
  }
}
