package io.nereid.transfer.wire;

import io.nereid.transfer.manifest.FileTable;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Asks for content that is lent: kind u8, zero u8, tree u16, ranges u16, zero u16; then the ranges,
 * first u32 and count u32 each. Answered by one {@link PullReply} each, in the order of asking.
 *
 * @param kind {@link #CHUNKS} or {@link #MANIFEST}
 * @param tree its number in the loan
 * @param ranges pairs of first chunk and count, ascending; for a manifest the number of one part,
 *     and 1
 */
public record PullRequest(int kind, int tree, int[] ranges) {
  /** Chunks of a tree. */
  public static final int CHUNKS = 1;

  /** A part of a tree's manifest. */
  public static final int MANIFEST = 2;

  /** Bytes of a manifest's parts, but the last. */
  public static final int PART_BYTES = 256 * 1024;

  /** Bytes before the ranges. */
  public static final int HEAD_BYTES = 8;

  /** Records are compared by content, arrays are not. */
  @Override
  public boolean equals(Object other) {
    return other instanceof PullRequest o
        && kind == o.kind
        && tree == o.tree
        && Arrays.equals(ranges, o.ranges);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * kind + tree) + Arrays.hashCode(ranges);
  }

  @Override
  public String toString() {
    return "PullRequest[" + kind + " " + tree + " " + ranges.length / 2 + " ranges]";
  }

  /** The encoded request. */
  public byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + 4 * ranges.length);
    out.put((byte) kind).put((byte) 0).putShort((short) tree);
    out.putShort((short) (ranges.length / 2)).putShort((short) 0);
    out.asIntBuffer().put(ranges);
    return out.array();
  }

  /** The length of the ranges that follow a head. */
  public static int rangesBytes(byte[] head) throws FrameException {
    ByteBuffer in = ByteBuffer.wrap(head);
    int kind = in.get();
    require(kind == CHUNKS || kind == MANIFEST, "unknown kind of request " + kind);
    int zero = in.get();
    in.getShort();
    int ranges = Short.toUnsignedInt(in.getShort());
    zero |= in.getShort();
    require(zero == 0, "reserved bytes of a request are not zero");
    require(
        ranges > 0 && ranges <= Protocol.FRAME_RANGES_MAX,
        ranges + " ranges in a request, not 1 to " + Protocol.FRAME_RANGES_MAX);
    require(kind == CHUNKS || ranges == 1, ranges + " parts of a manifest at once");
    return ranges * FrameHead.RANGE_BYTES;
  }

  /** Reads a request. */
  public static PullRequest decode(byte[] head, byte[] rest) {
    ByteBuffer in = ByteBuffer.wrap(head);
    int kind = in.get();
    in.get();
    int tree = Short.toUnsignedInt(in.getShort());
    int[] ranges = new int[rest.length / 4];
    ByteBuffer.wrap(rest).asIntBuffer().get(ranges);
    return new PullRequest(kind, tree, ranges);
  }

  /**
   * How many bytes the answer has.
   *
   * @param files of the tree
   * @throws FrameException when there are no such chunks, or it would be too much
   */
  public int chunkBytes(FileTable files) throws FrameException {
    long bytes = 0;
    long next = 0;
    for (int r = 0; r < ranges.length; r += 2) {
      long first = Integer.toUnsignedLong(ranges[r]);
      long count = Integer.toUnsignedLong(ranges[r + 1]);
      require(
          count > 0 && first >= next && first + count <= files.chunks(),
          "a range of " + count + " chunks at " + first + " of " + files.chunks());
      require(
          count <= Protocol.FRAME_BYTES_MAX, "a range of " + count + " chunks is more than fit");
      bytes += files.bytesOf((int) first, (int) count);
      next = first + count;
      require(
          bytes <= Protocol.FRAME_BYTES_MAX,
          "more than " + Protocol.FRAME_BYTES_MAX + " bytes are asked for at once");
    }
    return (int) bytes;
  }

  /**
   * How many bytes the part of a manifest has.
   *
   * @param manifestBytes length of the whole
   * @throws FrameException when there is no such part
   */
  public int partBytes(long manifestBytes) throws FrameException {
    long at = partOffset();
    require(
        ranges[0] >= 0 && ranges[1] == 1 && at < manifestBytes,
        "part " + Integer.toUnsignedString(ranges[0]) + " of a manifest does not exist");
    return (int) Math.min(PART_BYTES, manifestBytes - at);
  }

  /** Where the part of a manifest begins. */
  public long partOffset() {
    return (long) ranges[0] * PART_BYTES;
  }

  private static void require(boolean holds, String otherwise) throws FrameException {
    if (!holds) {
      throw new FrameException(otherwise);
    }
  }
}
