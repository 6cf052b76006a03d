package io.nereid.transfer.wire;

import java.nio.ByteBuffer;

/**
 * The head of a data frame, 16 bytes: type u8, zero u8, set u16, ranges u16, zero u16, sequence
 * u32, data bytes u32. Then the ranges (first chunk u32, count u32 each), then the data: the
 * chunks' bytes one after the other.
 *
 * @param type {@link #CHUNKS} or {@link #WITHDRAWN}
 * @param set number of the tree in the offer
 * @param ranges number of ranges
 * @param sequence counts the frames of a connection from 0
 */
public record FrameHead(int type, int set, int ranges, int sequence, int dataBytes) {
  /** Length of the encoded head. */
  public static final int BYTES = 16;

  /** Length of one encoded range. */
  public static final int RANGE_BYTES = 8;

  /** Content of chunks. */
  public static final int CHUNKS = 1;

  /** Chunks that the sender cannot read any more; no data. */
  public static final int WITHDRAWN = 2;

  /** Head and ranges, without the data. */
  public byte[] encode(int[] rangePairs) {
    ByteBuffer out = ByteBuffer.allocate(BYTES + ranges * RANGE_BYTES);
    out.put((byte) type).put((byte) 0).putShort((short) set);
    out.putShort((short) ranges).putShort((short) 0).putInt(sequence).putInt(dataBytes);
    for (int i = 0; i < 2 * ranges; i++) {
      out.putInt(rangePairs[i]);
    }
    return out.array();
  }

  /** Reads a head and checks it against the limits and the expected sequence. */
  public static FrameHead decode(ByteBuffer in, int expectedSequence) throws FrameException {
    int type = in.get();
    int zero = in.get();
    int set = Short.toUnsignedInt(in.getShort());
    int ranges = Short.toUnsignedInt(in.getShort());
    zero |= in.getShort();
    int sequence = in.getInt();
    int data = in.getInt();
    require(type == CHUNKS || type == WITHDRAWN, "unknown type of frame " + type);
    require(zero == 0, "reserved bytes of a frame are not zero");
    require(
        sequence == expectedSequence,
        "frame " + Integer.toUnsignedString(sequence) + " came instead of " + expectedSequence);
    require(
        ranges > 0 && ranges <= Protocol.FRAME_RANGES_MAX,
        ranges + " ranges in a frame, not 1 to " + Protocol.FRAME_RANGES_MAX);
    require(
        data >= 0 && data <= Protocol.FRAME_BYTES_MAX,
        "a frame of "
            + Integer.toUnsignedString(data)
            + " bytes, more than "
            + Protocol.FRAME_BYTES_MAX);
    require(
        (type == WITHDRAWN) == (data == 0), "a frame of type " + type + " with " + data + " bytes");
    return new FrameHead(type, set, ranges, sequence, data);
  }

  private static void require(boolean holds, String otherwise) throws FrameException {
    if (!holds) {
      throw new FrameException(otherwise);
    }
  }
}
