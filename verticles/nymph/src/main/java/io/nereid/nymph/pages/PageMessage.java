package io.nereid.nymph.pages;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A message of CRIU's page server protocol: 32 bytes, little endian.
 *
 * <p>Source: CRIU, criu/page-xfer.c, struct page_server_iov.
 *
 * @param command the lower 16 bits; the upper ones are flags of the pages
 * @param pages how many
 * @param address of the first
 * @param process its id inside the container
 */
record PageMessage(int command, long pages, long address, long process) {
  static final int BYTES = 32;
  static final int ADD = 6;
  static final int GET = 7;
  static final int CLOSE = 0x1023;
  static final int FORCE_CLOSE = 0x1024;
  private static final int COMMAND_MASK = 0xffff;
  private static final int FLAGS_SHIFT = 16;

  /** Reads one from a buffer that holds at least one. */
  static PageMessage decode(ByteBuffer in) {
    ByteBuffer at = in.slice(in.position(), BYTES).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + BYTES);
    return new PageMessage(at.getInt(0), at.getLong(8), at.getLong(16), at.getLong(24));
  }

  /** The announcement of pages that follow it. */
  static PageMessage add(int flags, long pages, long address, long process) {
    return new PageMessage(flags << FLAGS_SHIFT | ADD, pages, address, process);
  }

  /** The command without flags. */
  int verb() {
    return command & COMMAND_MASK;
  }

  ByteBuffer encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return out.putInt(0, command).putLong(8, pages).putLong(16, address).putLong(24, process);
  }
}
