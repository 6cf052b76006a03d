package io.nereid.nymph.pages;

import io.nereid.nymph.criu.image.PagemapFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.List;

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
  private final PageChain chain;
  private long served;

  PageServer(PageChain chain) {
    this.chain = chain;
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
    ByteBuffer in = ByteBuffer.allocate(PageMessage.BYTES);
    while (true) {
      in.clear();
      while (in.hasRemaining()) {
        if (peer.read(in) < 0) {
          throw new EOFException("the connection ended before its end was announced");
        }
      }
      PageMessage message = PageMessage.decode(in.flip());
      switch (message.verb()) {
        case PageMessage.GET -> answer(peer, message);
        case PageMessage.CLOSE, PageMessage.FORCE_CLOSE -> {
          write(peer, ByteBuffer.allocate(Integer.BYTES));
          return;
        }
        default -> throw new IOException("unknown command " + message.command());
      }
    }
  }

  private void answer(SocketChannel peer, PageMessage asked) throws IOException {
    if (asked.pages() <= 0
        || asked.address() < 0
        || asked.address() > ADDRESS_MAX
        || asked.address() % PagemapFile.PAGE_BYTES != 0) {
      throw new IOException("a request for " + asked.pages() + " pages at " + asked.address());
    }
    List<PageChain.Piece> pieces =
        chain.find(asked.process(), asked.address(), Math.min(PAGES_MAX, asked.pages()));
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
