package io.nereid.transfer.wire;

/** Bits of a {@code Needed} message: lowest bit first. */
public final class Bitmap {
  private Bitmap() {}

  /** An empty bitmap of this many bits. */
  public static byte[] of(int bits) {
    return new byte[(bits + 7) / 8];
  }

  /** Sets a bit. */
  public static void set(byte[] bitmap, int bit) {
    bitmap[bit >> 3] |= (byte) (1 << (bit & 7));
  }

  /** Reads a bit. */
  public static boolean get(byte[] bitmap, int bit) {
    return (bitmap[bit >> 3] & (1 << (bit & 7))) != 0;
  }
}
