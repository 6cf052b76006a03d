package io.nereid.transfer.wire;

import java.nio.ByteBuffer;

/**
 * Answers a greeting or a request: status u8, zeros u8, u16, bytes that follow u32.
 *
 * @param status {@link #CONTENT}, {@link #ABSENT} or {@link #REFUSED}
 * @param bytes of content, or of the text of a {@link DataVerdict}
 */
public record PullReply(int status, int bytes) {
  /** What was asked for; nothing for a greeting. */
  public static final int CONTENT = 0;

  /** It cannot be given; something else still may. No bytes follow. */
  public static final int ABSENT = 1;

  /** Why the connection is closed. */
  public static final int REFUSED = 2;

  /** Length of the encoded head. */
  public static final int BYTES = 8;

  private static final int TEXT_BYTES_MAX = 2048;

  /** The encoded head. */
  public byte[] encode() {
    return ByteBuffer.allocate(BYTES).put((byte) status).putInt(4, bytes).array();
  }

  /**
   * Reads a head and checks it.
   *
   * @param expected how many bytes of content there must be
   */
  public static PullReply decode(byte[] head, int expected) throws FrameException {
    ByteBuffer in = ByteBuffer.wrap(head);
    int status = in.get();
    int zero = in.get() | in.getShort();
    int bytes = in.getInt();
    if (zero != 0 || status < CONTENT || status > REFUSED) {
      throw new FrameException("an answer begins with " + status + " and " + zero);
    }
    boolean fits =
        switch (status) {
          case CONTENT -> bytes == expected;
          case ABSENT -> bytes == 0;
          default -> bytes >= 0 && bytes <= TEXT_BYTES_MAX;
        };
    if (!fits) {
      throw new FrameException(
          "an answer of status "
              + status
              + " has "
              + Integer.toUnsignedString(bytes)
              + " bytes, expected were "
              + expected);
    }
    return new PullReply(status, bytes);
  }
}
