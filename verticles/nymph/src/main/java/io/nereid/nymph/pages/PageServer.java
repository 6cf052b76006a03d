package io.nereid.nymph.pages;

import io.nereid.nymph.criu.image.PageChain;
import io.nereid.nymph.criu.image.PagemapFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Answers one connection of CRIU's lazy-pages daemon. Blocks until the other side has said that it
 * has everything.
 *
 * <p>Source of the protocol: CRIU, criu/page-xfer.c: a request for pages is answered by an
 * announcement and the pages, fewer than asked for if need be; the end is answered by a status.
 */
final class PageServer {
  /** More than CRIU asks for at once; what is beyond is asked for again. */
  private static final long PAGES_MAX = 1 << 16;

  private static final long ADDRESS_MAX = Long.MAX_VALUE - PAGES_MAX * PagemapFile.PAGE_BYTES;

  /** More than threads that wait for a page at the same time, by far. */
  private static final int OPEN_MAX = 65_536;

  private final PageSupply supply;
  private final BlockingQueue<Next> open = new LinkedBlockingQueue<>(OPEN_MAX);
  private volatile boolean closing;
  private long served;

  /** What was read: a message, or why there is none any more. */
  private record Next(PageMessage message, IOException end) {}

  PageServer(PageSupply supply) {
    this.supply = supply;
  }

  /** How many pages were given out. */
  long served() {
    return served;
  }

  /**
   * Serves to the end.
   *
   * @throws IOException when the connection breaks, a message is none, or a page is not there
   */
  void serve(SocketChannel peer) throws IOException {
    // Answers go out in the order of the requests: the next ones are known while one waits.
    Thread.ofPlatform().daemon().name("page-requests").start(() -> read(peer));
    while (true) {
      Next next = next();
      if (next.end() != null) {
        throw next.end();
      }
      PageMessage message = next.message();
      switch (message.verb()) {
        case PageMessage.GET -> {
          if (!closing) {
            answer(peer, message);
          }
        }
        case PageMessage.CLOSE, PageMessage.FORCE_CLOSE -> {
          write(peer, ByteBuffer.allocate(Integer.BYTES));
          return;
        }
        default -> throw new IOException("unknown command " + message.command());
      }
    }
  }

  private Next next() throws IOException {
    try {
      return open.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for a request", e);
    }
  }

  private void read(SocketChannel peer) {
    ByteBuffer in = ByteBuffer.allocate(PageMessage.BYTES);
    try {
      while (true) {
        PageMessage message = message(peer, in);
        if (message.verb() == PageMessage.GET) {
          check(message);
          supply.wanted(message.process(), message.address(), pages(message));
        }
        if (message.verb() == PageMessage.CLOSE || message.verb() == PageMessage.FORCE_CLOSE) {
          // All processes may have ended with questions open, which nobody waits for then.
          closing = true;
          supply.noMore();
        }
        open.put(new Next(message, null));
      }
    } catch (IOException e) {
      end(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      end(new IOException(e));
    }
  }

  private void end(IOException why) {
    try {
      open.put(new Next(null, why));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static PageMessage message(SocketChannel peer, ByteBuffer in) throws IOException {
    in.clear();
    while (in.hasRemaining()) {
      if (peer.read(in) < 0) {
        throw new EOFException("the connection ended before its end was announced");
      }
    }
    return PageMessage.decode(in.flip());
  }

  private static void check(PageMessage asked) throws IOException {
    if (asked.pages() <= 0
        || asked.address() < 0
        || asked.address() > ADDRESS_MAX
        || asked.address() % PagemapFile.PAGE_BYTES != 0) {
      throw new IOException("a request for " + asked.pages() + " pages at " + asked.address());
    }
  }

  private static long pages(PageMessage asked) {
    return Math.min(PAGES_MAX, asked.pages());
  }

  private void answer(SocketChannel peer, PageMessage asked) throws IOException {
    List<PageChain.Piece> pieces;
    try {
      pieces = supply.find(asked.process(), asked.address(), pages(asked));
    } catch (IOException e) {
      if (closing) {
        return;
      }
      throw e;
    }
    long pages = pieces.stream().mapToLong(PageChain.Piece::bytes).sum() / PagemapFile.PAGE_BYTES;
    write(
        peer,
        PageMessage.add(PagemapFile.PRESENT, pages, asked.address(), asked.process()).encode());
    for (PageChain.Piece piece : pieces) {
      long sent = 0;
      while (sent < piece.bytes()) {
        long now = piece.file().transferTo(piece.offset() + sent, piece.bytes() - sent, peer);
        if (now <= 0) {
          throw new EOFException("a pages file is shorter than its map says");
        }
        sent += now;
      }
    }
    served += pages;
  }

  private static void write(SocketChannel peer, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      peer.write(bytes);
    }
  }
}
