package io.nereid.nymph.postcopy;

import io.nereid.nymph.criu.image.PagemapFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * One message between page feed and page server: kind u8, streamed u8, six zero bytes, process u32,
 * pages u32, address u64, all big endian; after a content its pages; after all of it a code that
 * proves who sent it, see {@link FeedLink}.
 *
 * @param streamed whether it belongs to the feed's way through all pages, in their order
 * @param process its id inside the container
 * @param address of the first page
 * @param pages how many
 */
record Frame(Kind kind, boolean streamed, int process, long address, int pages) {
  static final int HEAD_BYTES = 24;

  /** The most pages of which the content is in one message. */
  static final int CONTENT_PAGES_MAX = 64;

  /** The most pages about which one message is. */
  static final int PAGES_MAX = 1 << 20;

  /** What it is. */
  enum Kind {
    /** Source: these pages are as they were sent ahead. */
    SAME,
    /** Source: the content of these pages follows. */
    CONTENT,
    /** Source: all has been told. */
    END,
    /** Source: an answer to {@link #PING}. */
    PONG,
    /** Target: everything before is there; go on from here. The first message. */
    FROM,
    /** Target: somebody waits for these. */
    ASK,
    /** Target: are you there? */
    PING
  }

  static Frame of(Kind kind) {
    return new Frame(kind, false, 0, 0, 0);
  }

  int contentBytes() {
    return kind == Kind.CONTENT ? pages * PagemapFile.PAGE_BYTES : 0;
  }

  long end() {
    return address + (long) pages * PagemapFile.PAGE_BYTES;
  }

  byte[] encode() {
    return ByteBuffer.allocate(HEAD_BYTES)
        .put(0, (byte) kind.ordinal())
        .put(1, (byte) (streamed ? 1 : 0))
        .putInt(8, process)
        .putInt(12, pages)
        .putLong(16, address)
        .array();
  }

  /** Reads one; whatever does not fit the limits is refused before anything is read after it. */
  static Frame decode(byte[] head) throws IOException {
    ByteBuffer in = ByteBuffer.wrap(head);
    int kind = Byte.toUnsignedInt(in.get(0));
    int process = in.getInt(8);
    int pages = in.getInt(12);
    long address = in.getLong(16);
    if (kind >= Kind.values().length) {
      throw new IOException("a message of unknown kind " + kind);
    }
    Frame frame = new Frame(Kind.values()[kind], in.get(1) != 0, process, address, pages);
    int most = frame.kind == Kind.CONTENT ? CONTENT_PAGES_MAX : PAGES_MAX;
    boolean about = frame.kind == Kind.SAME || frame.kind == Kind.CONTENT || frame.kind == Kind.ASK;
    if (pages < (about ? 1 : 0)
        || pages > most
        || process < 0
        || address < 0
        || address % PagemapFile.PAGE_BYTES != 0
        || address > Long.MAX_VALUE - (long) PAGES_MAX * PagemapFile.PAGE_BYTES) {
      throw new IOException("a message about " + pages + " pages at " + address);
    }
    return frame;
  }
}
